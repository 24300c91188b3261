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
import { changesTo, type Edit } from './conflict.ts'

export type Conflict = {
  readonly seen: Product
  readonly edit: Edit
  readonly current: Product
  readonly resolved: (product: Product) => void
}

export function useSaveProduct() {
  const queries = useQueryClient()
  const [conflict, setConflict] = useState<Conflict>()

  const patch = async (seen: Product, edit: Edit) => {
    const params = { path: { id: seen.id } }
    const product = await dataOf(
      shop.products.PATCH('/products/{id}', { params, body: { ...edit, version: seen.version } }),
    )
    cacheProduct(queries, product)
    void queries.invalidateQueries({ queryKey: ['admin', 'ledger', seen.id] })
    return product
  }

  return {
    conflict,
    /** Resolves with the current product, or with undefined after a conflict. Rejects with the problem of the service. */
    async save(seen: Product, edit: Edit, resolved: Conflict['resolved'] = () => {}) {
      const changes = changesTo(seen, edit)
      if (Object.keys(changes).length === 0) return seen
      try {
        return await patch(seen, changes)
      } catch (error) {
        const current = currentOf(error)
        if (!current) throw error
        cacheProduct(queries, current)
        if (Object.keys(changesTo(current, changes)).length === 0) return current
        setConflict({ seen, edit: changes, current, resolved })
        return undefined
      }
    },
    /** Saves `merged`, unless the product was changed again since `conflict` was shown. */
    async resolve(merged: Edit) {
      if (!conflict) return
      const { current, resolved } = conflict
      const changes = changesTo(current, merged)
      try {
        const product = Object.keys(changes).length === 0 ? current : await patch(current, changes)
        setConflict(undefined)
        resolved(product)
        toast({ title: admin.productPage.mergedAndSaved })
      } catch (error) {
        const next = currentOf(error)
        if (!next) throw error
        cacheProduct(queries, next)
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
