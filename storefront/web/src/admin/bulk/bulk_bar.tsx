/** What can be done to the chosen products. */

import { useState } from 'react'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { BulkDialog } from './bulk_dialog.tsx'
import type { BulkChange } from './run_bulk.ts'

const KINDS = ['price', 'stock', 'status', 'categories', 'remove'] as const satisfies BulkChange['kind'][]

export function BulkBar({ products, clear }: { products: readonly Product[]; clear: () => void }) {
  const [kind, setKind] = useState<BulkChange['kind']>()
  /** Those of the beginning: the list behind the dialog changes meanwhile. */
  const [begun, setBegun] = useState<readonly Product[]>([])
  return (
    <section
      aria-label={admin.bulk.title}
      className="sticky bottom-3 z-10 mt-4 flex flex-wrap items-center gap-2 rounded-xl bg-surface p-3 shadow-over"
    >
      <p role="status" className="px-2 font-semibold">
        {admin.bulk.chosen(products.length)}
      </p>
      {KINDS.map((each) => (
        <Button
          key={each}
          size="sm"
          tone={each === 'remove' ? 'danger' : 'plain'}
          onClick={() => {
            setBegun(products)
            setKind(each)
          }}
        >
          {admin.bulk.kinds[each]}
        </Button>
      ))}
      <Button size="sm" tone="quiet" onClick={clear}>
        {admin.bulk.clear}
      </Button>
      <BulkDialog kind={kind} products={begun} close={() => setKind(undefined)} />
    </section>
  )
}
