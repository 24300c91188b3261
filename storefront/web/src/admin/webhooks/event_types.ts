/** Kinds of events as they are typed: with commas or spaces. Empty: all. */
import { LIMITS } from '@shop/client/generated/limits'
import { admin } from '../../language/admin_texts.ts'

const FORM = /^[a-z][a-z_]*\.[a-z][a-z_]*$/
export const TYPES_MAX = LIMITS['POST /endpoints'].types.maxItems

export function readTypes(text: string): { readonly types: readonly string[]; readonly fault?: string } {
  const types = [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter((type) => type !== ''),
    ),
  ]
  const unfit = types.filter((type) => !FORM.test(type))
  if (unfit.length > 0) return { types, fault: admin.webhooks.typesFault(unfit.join(', ')) }
  return types.length > TYPES_MAX ? { types, fault: admin.webhooks.typesMax(TYPES_MAX) } : { types }
}

/** A range of positions; both ends are outside of it. */
export function readRange(after: string, before: string) {
  const positionOf = (text: string) => (/^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : undefined)
  const [from, to] = [positionOf(after), before.trim() === '' ? null : positionOf(before)]
  if (from === undefined) return { fault: { after: admin.deliveries.positionFault } }
  if (to === undefined) return { fault: { before: admin.deliveries.positionFault } }
  if (to !== null && to <= from + 1) return { fault: { before: admin.deliveries.rangeFault } }
  return { range: { after: from, ...(to === null ? {} : { before: to }) } }
}
