import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'

/** When this product is removed. */
export function WhatHappens({ product: { reserved, group_id } }: { product: Product }) {
  return (
    <>
      <p>{group_id === null ? admin.products.removeMore : admin.products.removeVariantMore}</p>
      {reserved > 0 && <p className="mt-2">{admin.products.removeReserved(reserved)}</p>}
    </>
  )
}
