/**
 * Saving an edit under the version its author saw. A sale in between does not disturb a name or a price; what does
 * conflict is kept as `conflict` until it is resolved, and nothing was changed.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
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
    /** Resolves the product as it is now, or undefined when a conflict waits to be resolved. Fails as the service does. */
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
    /** Makes the product what `merged` says, as long as nobody changed it again since `conflict` was shown. */
    async resolve(merged: Edit) {
      if (!conflict) return
      const { current, resolved } = conflict
      const changes = changesTo(current, merged)
      try {
        const product = Object.keys(changes).length === 0 ? current : await patch(current, changes)
        setConflict(undefined)
        resolved(product)
        toast({ title: 'Merged and saved' })
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
    /** Decides nothing: what was typed stays where it was typed. */
    putOff: () => setConflict(undefined),
  }
}
