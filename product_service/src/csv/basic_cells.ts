/** The cells of a row by field, as texts, numbers and amounts. */
import { MARKS_MAX, textFaultOf } from '@shop/service_kit/http/text'
import { formatMoney, parseMoney } from '@shop/service_kit/money/money'
import type { ImportNote } from '../domain/import.ts'
import { type Given, type ImportCode, saying } from '../domain/import_texts.ts'
import { PRICE_MINOR_MAX } from '../domain/product.ts'
import { amountOf } from './cells.ts'
import type { Field } from './columns.ts'

export type Money = { readonly currency: string; readonly digits: number }

/** A reader that finds a fault adds it to `notes`, and returns undefined as for an absent field. */
export function basicCells(
  row: number,
  texts: readonly string[],
  fields: readonly (Field | null)[],
  names: readonly string[],
  { currency, digits }: Money,
) {
  const notes: ImportNote[] = []
  const columnOf = (field: Field) => names[fields.indexOf(field)] ?? null
  const fault = <Code extends ImportCode>(field: Field | null, code: Code, ...values: Given<Code>) => {
    notes.push({ row, column: field && columnOf(field), kind: 'fault', ...saying(code, ...values) })
    return undefined
  }
  const warn = <Code extends ImportCode>(field: Field, code: Code, ...values: Given<Code>) => {
    notes.push({ row, column: columnOf(field), kind: 'warning', ...saying(code, ...values) })
  }
  /** Undefined if the table has no such column. */
  const text = (field: Field): string | undefined => {
    const at = fields.indexOf(field)
    return at < 0 ? undefined : (texts[at] ?? '')
  }
  /** Undefined if it is blank, too. */
  const filled = (field: Field): string | undefined => {
    const value = text(field)
    return value === undefined || value.trim() === '' ? undefined : value
  }
  const checked = (field: Field, value: string, lengthMax: number, kind: 'line' | 'prose' = 'line') => {
    const shown = show(value)
    if (value.length > lengthMax) return fault(field, 'text_too_long', { value: shown, max: lengthMax })
    const wrong = textFaultOf(value, kind)
    return wrong === undefined ? value : fault(field, `text_${wrong}`, { value: shown, max: MARKS_MAX })
  }
  const line = (field: Field, lengthMax: number) => {
    const value = filled(field)
    return value === undefined ? undefined : checked(field, value, lengthMax)
  }
  const whole = (field: Field, max: number) => {
    const value = filled(field)?.trim()
    if (value === undefined) return undefined
    if (/^\d{1,12}$/.test(value) && Number(value) <= max) return Number(value)
    return fault(field, 'number_invalid', { value: show(value), max })
  }
  const money = (field: Field) => {
    const value = filled(field)
    if (value === undefined) return undefined
    const amount = amountOf(value, currency, digits)
    const minor = amount === undefined ? undefined : parseMoney(amount, digits)
    if (minor !== undefined && minor <= PRICE_MINOR_MAX) return minor
    const max = formatMoney(PRICE_MINOR_MAX, digits)
    return fault(field, 'amount_invalid', { value: show(value), currency, max, digits })
  }
  /** A blank cell of a column that is there removes what was there. */
  const nullable = <T>(field: Field, read: (field: Field) => T | undefined): T | null | undefined => {
    if (text(field) === undefined) return undefined
    return filled(field) === undefined ? null : read(field)
  }

  return { row, notes, text, filled, fault, warn, checked, line, whole, money, nullable }
}

const SHOWN_LENGTH_MAX = 60
/** A value in a message: its beginning, on one line. */
export const show = (value: string): string => {
  const one = value.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').trim()
  return (one.length > SHOWN_LENGTH_MAX ? `${one.slice(0, SHOWN_LENGTH_MAX)}…` : one).toWellFormed()
}
