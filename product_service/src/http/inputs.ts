/** Checks that a schema cannot express: digits of amounts, and bounds of numbers sent as text. */
import { formatMoney, parseMoney } from '@shop/service_kit/money/money'
import { invalidField } from '@shop/service_kit/runtime/problem'

/** Minor units of an amount. Fails with `validation_failed`. */
export function readPrice(
  price: string | number,
  digits: number,
  max: number,
  path: string,
  where: 'body' | 'querystring' = 'body',
): number {
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
