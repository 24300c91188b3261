/** Form-encoded bodies and queries with nested keys, `line_items[0][price_data][currency]=usd`, and typed access to them. */
import { parse } from 'qs'
import { invalid } from './api_errors.ts'

export type Form = { readonly [name: string]: string | Form | readonly (string | Form)[] | undefined }

export const readForm = (text: string): Form =>
  parse(text, { depth: 8, arrayLimit: 100, parameterLimit: 1000 }) as Form

const MISSING = 'parameter_missing'

export function textIn(form: Form, name: string): string | undefined {
  const value = form[name]
  if (value !== undefined && typeof value !== 'string') throw invalid(`Invalid string: ${name}`, name)
  return value === '' ? undefined : value
}

export function requiredText(form: Form, name: string): string {
  const value = textIn(form, name)
  if (value === undefined) throw invalid(`Missing required param: ${name}.`, name, MISSING)
  return value
}

export function integerIn(form: Form, name: string, minimum = 0): number | undefined {
  const text = textIn(form, name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw invalid(`Invalid integer: ${text}`, name, 'parameter_invalid_integer')
  if (value < minimum) throw invalid(`This value must be at least ${minimum}.`, name, 'parameter_invalid')
  return value
}

export function formIn(form: Form, name: string): Form {
  const value = form[name] ?? {}
  if (typeof value === 'string' || Array.isArray(value)) throw invalid(`Invalid object: ${name}`, name)
  return value as Form
}

export function listIn(form: Form, name: string): readonly (string | Form)[] {
  const value = form[name] ?? []
  return Array.isArray(value) ? value : [value as string | Form]
}

export function metadataIn(form: Form): Readonly<Record<string, string>> {
  const metadata = formIn(form, 'metadata')
  return Object.fromEntries(Object.keys(metadata).map((name) => [name, requiredText(metadata, name)]))
}

/** The amount of one line of a session. */
export function lineIn(line: string | Form): { amount: number; currency: string; name: string } {
  if (typeof line === 'string') throw invalid('Invalid object: line_items', 'line_items')
  const price = formIn(line, 'price_data')
  const amount = integerIn(price, 'unit_amount')
  const quantity = integerIn(line, 'quantity', 1)
  if (amount === undefined || quantity === undefined)
    throw invalid('Missing required param: line_items.', 'line_items', MISSING)
  return {
    amount: amount * quantity,
    currency: requiredText(price, 'currency').toLowerCase(),
    name: textIn(formIn(price, 'product_data'), 'name') ?? '',
  }
}
