/**
 * Saves an edit with the version that its author saw. A sale in between does not conflict with a new name or price. In a
 * conflict nothing is saved, and `conflict` holds it until it is resolved.
 */

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { toast } from '../../ui/toast.ts'
import { cacheProduct, currentOf } from '../queries.ts'
import { changesTo, type Edit, type Values } from './conflict.ts'
import type { Money } from './field_text.ts'

/** What is edited: a product or a group. */
export type Thing = Values & Money & { readonly version: number }

type Conflict<T extends Thing = Thing> = {
  readonly seen: T
  readonly edit: Edit
  readonly current: T
  readonly resolved: (thing: T) => void
}

/** What a dialog shows of it. */
export type ShownConflict = Pick<Conflict, 'seen' | 'edit' | 'current'>

type Way<T> = {
  /** Saves the edit if `seen` is still the version. */
  readonly patch: (seen: T, edit: Edit) => Promise<T>
  /** The current one in the problem of a version conflict. */
  readonly currentOf: (error: unknown) => T | undefined
  readonly cache: (thing: T) => void
}

export function useSave<T extends Thing>({ patch, currentOf, cache }: Way<T>) {
  const [conflict, setConflict] = useState<Conflict<T>>()
  return {
    conflict,
    /** Resolves with the current one, or with undefined after a conflict. Rejects with the problem of the service. */
    async save(seen: T, edit: Edit, resolved: Conflict<T>['resolved'] = () => {}) {
      const changes = changesTo(seen, edit)
      if (Object.keys(changes).length === 0) return seen
      try {
        return await patch(seen, changes)
      } catch (error) {
        const current = currentOf(error)
        if (!current) throw error
        cache(current)
        if (Object.keys(changesTo(current, changes)).length === 0) return current
        setConflict({ seen, edit: changes, current, resolved })
        return undefined
      }
    },
    /** Saves `merged`, unless it was changed again since `conflict` was shown. */
    async resolve(merged: Edit) {
      if (!conflict) return
      const { current, resolved } = conflict
      const changes = changesTo(current, merged)
      try {
        const thing = Object.keys(changes).length === 0 ? current : await patch(current, changes)
        setConflict(undefined)
        resolved(thing)
        toast({ title: admin.productPage.mergedAndSaved })
      } catch (error) {
        const next = currentOf(error)
        if (!next) throw error
        cache(next)
        setConflict({ ...conflict, current: next })
      }
    },
    keepTheirs() {
      conflict?.resolved(conflict.current)
      setConflict(undefined)
    },
    /** Closes the dialog without a decision: the edit stays in its form. */
    putOff: () => setConflict(undefined),
  }
}

export function useSaveProduct() {
  const queries = useQueryClient()
  return useSave<Product>({
    patch: async (seen, edit) => {
      const params = { path: { id: seen.id } }
      const body = { ...(edit as object), version: seen.version }
      const product = await dataOf(shop.products.PATCH('/products/{id}', { params, body }))
      cacheProduct(queries, product)
      void queries.invalidateQueries({ queryKey: ['admin', 'ledger', seen.id] })
      return product
    },
    currentOf,
    cache: (product) => cacheProduct(queries, product),
  })
}
