/** Checks that a schema cannot express: digits of amounts, and bounds of numbers sent as text. */
import { formatMoney, MONEY_PATTERN, parseMoney } from '@shop/service_kit/money/money'
import { invalidField } from '@shop/service_kit/runtime/problem'

/** A query parameter has no pattern in its schema: a mistyped filter gets this message, and a large one the next. */
const AMOUNT = new RegExp(MONEY_PATTERN)

/** Minor units of an amount. Fails with `validation_failed`. */
export function readPrice(
  price: string | number,
  digits: number,
  max: number,
  path: string,
  where: 'body' | 'querystring' = 'body',
): number {
  if (typeof price === 'string' && !AMOUNT.test(price) && !/^\d+(\.\d+)?$/.test(price))
    throw invalidField(path, 'must be an amount such as "19.99"', where)
  const minor = parseMoney(price, digits)
  if (minor === undefined) {
    throw invalidField(
      path,
      `must be an amount of at most ${formatMoney(max, digits)}, with at most ${digits} digits after the point`,
      where,
    )
  }
  if (minor > max) throw invalidField(path, `must be at most ${formatMoney(max, digits)}`, where)
  return minor
}

export function readInteger(value: string | number, min: number, max: number, path: string): number {
  const number = Number(value)
  if (number < min || number > max) throw invalidField(path, `must be between ${min} and ${max}`)
  return number
}
