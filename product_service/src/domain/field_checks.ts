/** Checks of fields whose type is not known yet: what a store returned may have been changed from outside. */

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value)
/** A whole number from 0. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
