/** How the services mark a text that was cut (service_kit, audit/entry.ts). */
const CUT = /… \[\d+ more\]$/

/**
 * What is on pictures, of an entry from before pictures had fields of their own (product_service, audit_pictures.ts): the beginning of
 * a list as JSON.
 */
export function picturesText(json: string): string {
  const alts = [...json.matchAll(/"alt":("(?:[^"\\]|\\.)*")/g)].map(([, alt]) => JSON.parse(alt!) as string)
  return alts.join('; ') + (CUT.test(json) ? ' …' : '')
}
