/** A statement of withdrawal as it is typed, and as POST /withdrawals takes it. */
import { LIMITS } from '@shop/client/generated/limits'
import type { paths } from '@shop/client/generated/order_service'
import type { Json } from '../api/types.ts'
import { buying } from '../language/buying_texts.ts'
import { lengthFault } from '../ui/limits.ts'

export type Body = NonNullable<paths['/withdrawals']['post']['requestBody']>['content']['application/json']
export type Receipt = Json<paths['/withdrawals']['post']['responses'][201]>

export const FIELDS = ['orderNumber', 'name', 'email', 'goods'] as const
export type Field = (typeof FIELDS)[number]
export type Statement = Readonly<Record<Field, string>> & { readonly isWhole: boolean }
export type Faults = Partial<Record<Field, string>>

export const EMPTY: Statement = { orderNumber: '', name: '', email: '', goods: '', isWhole: true }

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const { order_number, name, email, goods } = LIMITS['POST /withdrawals']

/** What is missing or cannot be right; the service checks the rest. */
export function faultsOf(said: Statement): Faults {
  const limits = [
    ['orderNumber', order_number],
    ['name', name],
    ['email', email],
    ...(said.isWhole ? [] : [['goods', goods] as const]),
  ] as const
  const faults: Faults = {}
  for (const [field, limit] of limits) {
    const fault = lengthFault(said[field].trim(), limit)
    if (fault !== undefined) faults[field] = fault
  }
  if (faults.email === undefined && !EMAIL.test(said.email.trim())) faults.email = buying.wrongEmail
  if (!said.isWhole && said.goods.trim() === '') faults.goods = buying.withdraw.goodsNeeded
  return faults
}

export const bodyOf = (said: Statement, language: NonNullable<Body['language']>): Body => ({
  order_number: said.orderNumber.trim(),
  name: said.name.trim(),
  email: said.email.trim(),
  ...(said.isWhole ? {} : { goods: said.goods.trim() }),
  language,
})

const FIELD_OF: Readonly<Record<string, Field>> = {
  '/order_number': 'orderNumber',
  '/name': 'name',
  '/email': 'email',
  '/goods': 'goods',
}

/** What the service refused. */
export function faultsRefused(errors: unknown): Faults {
  const faults: Faults = {}
  for (const { path, message } of Array.isArray(errors) ? errors : []) {
    const field = FIELD_OF[String(path)]
    if (field) faults[field] ??= String(message)
  }
  return faults
}
