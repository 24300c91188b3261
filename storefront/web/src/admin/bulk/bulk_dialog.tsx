/** One change of many products: what to change, the progress, and what was not changed and why. */

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { explain, Notice } from '../../ui/notice.tsx'
import { Typed } from '../../ui/typed.tsx'
import { cacheProduct } from '../queries.ts'
import { BulkForm } from './bulk_form.tsx'
import {
  type BulkCalls,
  type BulkChange,
  type BulkResult,
  Impossible,
  type PlannedPrice,
  runBulk,
} from './run_bulk.ts'

type Props = { kind: BulkChange['kind'] | undefined; products: readonly Product[]; close: () => void }

export function BulkDialog({ kind, products, close }: Props) {
  return (
    <Dialog
      open={kind !== undefined}
      onOpenChange={(open) => !open && close()}
      title={kind ? admin.bulk.asking[kind](products.length) : ''}
    >
      {kind && <Bulk kind={kind} products={products} close={close} />}
    </Dialog>
  )
}

function Bulk({ kind, products, close }: Props & { kind: BulkChange['kind'] }) {
  const { results, running, run, stop } = useBulk()
  const [change, setChange] = useState<BulkChange>()
  if (!change || !results) {
    return (
      <BulkForm
        kind={kind}
        products={products}
        cancel={close}
        submit={(next) => {
          setChange(next)
          void run(products, next)
        }}
      />
    )
  }
  const of = (outcome: BulkResult['outcome']) => results.filter((each) => each.outcome === outcome)
  const [conflicts, refused, left] = [of('conflict'), of('refused'), of('not_tried')]
  const again = [...conflicts, ...refused, ...left].map(({ product }) => product)
  return (
    <div className="grid gap-5">
      <progress
        aria-label={admin.shipping.progress}
        max={results.length}
        value={results.length - left.length}
        className="h-2.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
      />
      <p role="status" className="text-soft">
        {admin.bulk.summary(of('changed').length, of('same').length, left.length)}
      </p>
      <Failures title={admin.bulk.conflicts(conflicts.length)} results={conflicts}>
        {admin.bulk.conflictsMore}
      </Failures>
      <Failures title={admin.bulk.refused(refused.length)} results={refused} />
      <div className="flex flex-wrap justify-end gap-3">
        {running ? (
          <Button onClick={stop}>{admin.shipping.stop}</Button>
        ) : (
          <>
            {again.length > 0 && (
              <Button onClick={() => void run(again, change)}>{admin.shipping.again}</Button>
            )}
            <Button tone="primary" onClick={close}>
              {admin.shipping.close}
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

function Failures({
  title,
  results,
  children,
}: {
  title: string
  results: readonly BulkResult[]
  children?: string
}) {
  if (results.length === 0) return null
  return (
    <Notice tone={children ? 'warn' : 'bad'} title={title}>
      {children && <p>{children}</p>}
      <ul className="mt-2 grid max-h-48 gap-2 overflow-y-auto">
        {results.map(({ product, error }) => (
          <li key={product.id}>
            <Link to={`/admin/products/${product.id}`} className="font-semibold underline">
              <Typed>{product.name}</Typed>
            </Link>{' '}
            {!children && (error instanceof Impossible ? admin.bulk.noSuchPrice : explain(error))}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function useBulk() {
  const queries = useQueryClient()
  const [results, setResults] = useState<readonly BulkResult[]>()
  const [running, setRunning] = useState(false)
  const keys = useRef(new Map<string, string>())
  const prices = useRef(new Map<string, PlannedPrice>())
  const controller = useRef(new AbortController())
  useEffect(() => () => controller.current.abort(), [])
  const params = ({ id }: Product) => ({ path: { id } })
  const calls: BulkCalls = {
    patch: async (product, body) => {
      const { data } = await shop.products.PATCH('/products/{id}', {
        params: params(product),
        body: { ...body, version: product.version },
      })
      if (data) cacheProduct(queries, data)
    },
    adjust: (product, delta, reason, key) =>
      shop.products.POST('/products/{id}/stock_adjustments', {
        params: { ...params(product), header: { 'idempotency-key': key } },
        body: { delta, reason },
      }),
    remove: (product) =>
      shop.products.DELETE('/products/{id}', {
        params: { ...params(product), query: { version: product.version } },
      }),
  }
  return {
    results,
    running,
    stop: () => controller.current.abort(),
    /** Results of products that were tried before are replaced. */
    async run(products: readonly Product[], change: BulkChange) {
      controller.current = new AbortController()
      setRunning(true)
      const set = (next: readonly BulkResult[]) =>
        setResults((before = []) => [
          ...before.map((each) => next.find(({ product }) => product.id === each.product.id) ?? each),
          ...next.filter(({ product }) => !before.some((each) => each.product.id === product.id)),
        ])
      set(products.map((product) => ({ product, outcome: 'not_tried' })))
      await runBulk(products, change, calls, {
        keys: keys.current,
        prices: prices.current,
        newKey: () => crypto.randomUUID(),
        signal: controller.current.signal,
        onResult: (result) => set([result]),
      })
      await queries.invalidateQueries({ queryKey: ['products'] })
      void queries.invalidateQueries({ queryKey: ['admin', 'products'] })
      setRunning(false)
    },
  }
}
