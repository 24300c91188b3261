/** The variants of a group, a page at a time: 2,000 are never loaded whole. */

import { useState } from 'react'
import type { Group } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { Panel } from '../parts.tsx'
import { columnsOf } from '../products/grid_columns.ts'
import { ProductTable } from '../products/product_table.tsx'
import { variantsQuery } from './queries.ts'

const COLUMNS = columnsOf(['sku', 'reserved', 'status'])

export function Variants({ group }: { group: Group }) {
  const [trail, setTrail] = useState<readonly (string | null)[]>([null])
  const cursor = trail.at(-1) ?? null
  const { data, error, isPending, dataUpdatedAt, refetch } = useAnswer(variantsQuery(group.id, cursor))
  const next = data?.next_cursor
  return (
    <Panel title={admin.groups.variants}>
      {error && !data && <ProblemNotice error={error} title={admin.products.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={t.loading.products} />
          <Skeleton className="h-96" />
        </>
      )}
      {data?.items.length === 0 && <p className="text-soft">{admin.groups.noVariants}</p>}
      {data && data.items.length > 0 && (
        <ProductTable products={data.items} caption={admin.groups.caption} columns={COLUMNS} />
      )}
      {(trail.length > 1 || next) && (
        <nav aria-label={t.common.pages} className="mt-4 flex justify-center gap-3">
          {trail.length > 1 && (
            <Button icon="left" onClick={() => setTrail(trail.slice(0, -1))}>
              {t.common.previous}
            </Button>
          )}
          {next && (
            <Button icon="right" className="*:flex-row-reverse" onClick={() => setTrail([...trail, next])}>
              {t.common.next}
            </Button>
          )}
        </nav>
      )}
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
    </Panel>
  )
}
