/** Whose link is asked for, as it was typed. */
export type Asked = { readonly number: number; readonly email: string }

type Limits = {
  readonly number: { readonly minimum: number; readonly maximum: number }
  readonly email: { readonly maxLength: number }
}

/** Numbers are shown as #10042. Undefined `body`: something cannot be right. */
export function orderAsked(numberText: string, emailText: string, limits: Limits) {
  const digits = numberText.trim().replace(/^#\s*/, '')
  const number = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN
  const email = emailText.trim()
  const faults = {
    number: !(number >= limits.number.minimum && number <= limits.number.maximum),
    email: !/^[^\s@]+@[^\s@]+$/.test(email) || email.length > limits.email.maxLength,
  }
  const body: Asked | undefined = faults.number || faults.email ? undefined : { number, email }
  return { body, faults }
}
