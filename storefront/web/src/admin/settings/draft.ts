/** The settings as they are edited, and the merge patch of what was changed. */
import { faultOf } from '@shop/product_service/domain/change_shop_settings'
import type { ShopSettings } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'

export type Values = Omit<ShopSettings, 'version' | 'updated_at' | 'logo'>
export type Change = (next: Partial<Values>) => void
export type FieldsProps = { readonly values: Values; readonly change: Change }

export const valuesOf = ({ version: _, updated_at: __, logo: ___, ...values }: ShopSettings): Values => values

type Some<T> = {
  [Key in keyof T]?: T[Key] extends readonly unknown[] | string | null ? T[Key] : Some<T[Key]>
}
type Tree = Readonly<Record<string, unknown>>
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What differs, at any depth; a list as a whole. */
export function changesIn<T extends object>(before: T, after: T): Some<T> {
  const old = before as Tree
  return Object.fromEntries(
    Object.entries(after as Tree).flatMap(([key, value]) => {
      if (JSON.stringify(value) === JSON.stringify(old[key])) return []
      const was = old[key]
      return [[key, isTree(value) && isTree(was) ? changesIn(was, value) : value]]
    }),
  ) as Some<T>
}

/** Why the service would refuse these values, in the language of the pages. */
export function faultText(values: Values): string | undefined {
  const path = faultOf(values)?.path
  if (path === undefined) return undefined
  if (path === '/default_language') return admin.settings.faults.languages
  return path.endsWith('/slug') ? admin.settings.faults.slug : admin.settings.faults.contrast
}
