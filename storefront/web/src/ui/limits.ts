/**
 * Checks the length of a text against the limits of the API. The input itself is not limited: a password that was cut
 * silently while pasting is worse than a message.
 */
import { t } from '../language/texts.ts'

/** As in @shop/client/generated/limits. */
type LengthLimits = { readonly minLength?: number; readonly maxLength?: number }

export function lengthFault(text: string, limits: LengthLimits): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = limits
  const length = lengthOf(text)
  if (length >= minLength && length <= maxLength) return undefined
  if (length === 0) return t.fault.empty
  return length < minLength ? t.fault.min(minLength) : t.fault.max(maxLength, length)
}

/** In code points, as JSON Schema counts. */
const lengthOf = (text: string): number => [...text].length
