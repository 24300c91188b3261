/** A page of products as a grid, with what is done to one, and to the chosen ones. */

import { useState } from 'react'
import type { Product } from '../../api/types.ts'
import { BulkBar } from '../bulk/bulk_bar.tsx'
import { RemoveDialog } from '../remove_item.tsx'
import { ConflictDialog } from './conflict_dialog.tsx'
import type { Column } from './grid_columns.ts'
import { ProductGrid } from './product_grid.tsx'
import { useSaveProduct } from './use_save_product.ts'
import { WhatHappens } from './what_happens.tsx'

type Props = { products: readonly Product[]; caption: string; columns: readonly Column[] }

export function ProductTable({ products, caption, columns }: Props) {
  const { save, conflict, resolve, keepTheirs, putOff } = useSaveProduct()
  const [removing, setRemoving] = useState<Product>()
  /** Chosen products stay chosen on the next page. */
  const [chosen, setChosen] = useState<ReadonlyMap<string, Product>>(new Map())
  const choose = (ids: readonly string[], on: boolean) =>
    setChosen((before) => {
      const next = new Map(before)
      for (const product of products.filter(({ id }) => ids.includes(id))) {
        if (on) next.set(product.id, product)
        else next.delete(product.id)
      }
      return next
    })
  const latest = [...chosen.values()].map((known) => products.find(({ id }) => id === known.id) ?? known)
  return (
    <>
      <ProductGrid
        products={products}
        caption={caption}
        columns={columns}
        save={save}
        remove={setRemoving}
        chosen={new Set(chosen.keys())}
        choose={choose}
      />
      {latest.length > 0 && <BulkBar products={latest} clear={() => setChosen(new Map())} />}
      <RemoveDialog kind="products" item={removing} close={() => setRemoving(undefined)}>
        {removing && <WhatHappens product={removing} />}
      </RemoveDialog>
      <ConflictDialog conflict={conflict} resolve={resolve} keepTheirs={keepTheirs} putOff={putOff} />
    </>
  )
}
