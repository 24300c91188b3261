/**
 * Checks the length of a text against the limits of the API. The input itself is not limited: a password that was cut
 * silently while pasting is worse than a message.
 */

/** As in @shop/client/generated/limits. */
type LengthLimits = { readonly minLength?: number; readonly maxLength?: number }

export function lengthFault(text: string, limits: LengthLimits): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = limits
  const length = lengthOf(text)
  if (length >= minLength && length <= maxLength) return undefined
  if (length === 0) return 'Please fill this in.'
  return length < minLength
    ? `At least ${minLength} characters, please.`
    : `At most ${maxLength} characters, please; these are ${length}.`
}

/** In code points, as JSON Schema counts. */
const lengthOf = (text: string): number => [...text].length
