/** A page of products as a grid, with what is done to one, and to the chosen ones. */

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ShopProblem, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { explain } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { BulkBar } from '../bulk/bulk_bar.tsx'
import { ConflictDialog } from './conflict_dialog.tsx'
import type { Column } from './grid_columns.ts'
import { ProductGrid } from './product_grid.tsx'
import { useSaveProduct } from './use_save_product.ts'

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
      <RemoveDialog product={removing} close={() => setRemoving(undefined)} />
      <ConflictDialog conflict={conflict} resolve={resolve} keepTheirs={keepTheirs} putOff={putOff} />
    </>
  )
}

function RemoveDialog({ product, close }: { product: Product | undefined; close: () => void }) {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const remove = async (product: Product) => {
    setBusy(true)
    try {
      await shop.products.DELETE('/products/{id}', {
        params: { path: { id: product.id }, query: { version: product.version } },
      })
      toast({
        title: admin.products.removed(<Typed>{product.name}</Typed>),
      })
    } catch (error) {
      const changed = error instanceof ShopProblem && error.code === 'version_conflict'
      toast({
        tone: 'bad',
        title: admin.products.notRemoved,
        description: changed ? admin.products.justEdited : explain(error),
      })
    }
    await queries.invalidateQueries({ queryKey: ['products', 'list'] })
    setBusy(false)
    close()
  }
  return (
    <ConfirmDialog
      open={product !== undefined}
      onOpenChange={(open) => !open && close()}
      title={admin.products.removeAsk(<Typed>{product?.name ?? admin.products.thisProduct}</Typed>)}
      confirm={admin.products.removeYes}
      keep={admin.common.keep}
      busy={busy}
      onConfirm={() => product && void remove(product)}
    >
      {admin.products.removeMore}
    </ConfirmDialog>
  )
}
