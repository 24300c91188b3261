/**
 * What a person recognises of a client, from its User-Agent: the browser and the system, such as `Firefox on Linux`. No versions, so a
 * browser stays the same after an update. Names of others are cut, and have no characters that a page or a mail could misread.
 */

export const CLIENT_NAME_LENGTH_MAX = 60

/** The first that fits. Chromium's children and mobile browsers name their models, too. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?(iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

export function clientName(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined || userAgent.trim() === '') return undefined
  const of = (names: typeof BROWSERS) => names.find(([form]) => form.test(userAgent))?.[1]
  const [browser, system] = [of(BROWSERS), of(SYSTEMS)]
  if (browser && system) return `${browser} on ${system}`
  return browser ?? system ?? productOf(userAgent)
}

/** `curl` of `curl/8.5.0`. */
function productOf(userAgent: string): string | undefined {
  const [product = ''] = /^[\w. -]+/.exec(userAgent.trim()) ?? []
  return product.trim().slice(0, CLIENT_NAME_LENGTH_MAX) || undefined
}
