/**
 * What is wrong with a text by the limits of the API itself, in a sentence. Nothing is cut off while it is typed or
 * pasted: half a password that was never seen to be cut is worse than a sentence.
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

/** In characters as JSON Schema counts them, whatever room they take in memory. */
const lengthOf = (text: string): number => [...text].length
