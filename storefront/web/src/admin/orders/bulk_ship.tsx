/** Ships many orders: first a confirmation, then the progress, the failures with their reasons, and a retry. */

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount, formatNumber } from '../../language/formats.ts'
import { SHIP } from '../../orders/status.ts'
import { explainStatusError, setOrderStatus } from '../../orders/use_set_status.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { totalOf } from '../../ui/money_math.ts'
import { Notice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { forEach, type Progress } from './for_each.ts'

const CONCURRENCY = 4

export function BulkShip({ orders, close }: { orders: readonly Order[] | undefined; close: () => void }) {
  const count = orders?.length ?? 0
  const [begun, setBegun] = useState(false)
  const end = () => {
    setBegun(false)
    close()
  }
  return (
    <Dialog
      open={orders !== undefined}
      onOpenChange={(open) => !open && end()}
      title={begun ? admin.shipping.running(count) : admin.shipping.asking(count)}
    >
      {orders && <Ship orders={orders} begin={() => setBegun(true)} close={end} />}
    </Dialog>
  )
}

type ShipProps = { orders: readonly Order[]; begin: () => void; close: () => void }

/** Nothing is shipped before the confirmation. Closing the dialog stops the orders that have not started. */
function Ship({ orders, begin, close }: ShipProps) {
  const { progress, running, ship, stop } = useShipping()
  if (!progress) {
    const ids = orders.map(({ id }) => id)
    return (
      <div className="grid gap-6">
        <p>{admin.shipping.more(<strong>{sumOf(orders)}</strong>)}</p>
        <div className="flex flex-wrap justify-end gap-3">
          <Button onClick={close}>{admin.shipping.notYet}</Button>
          <Button
            tone="primary"
            icon="truck"
            onClick={() => {
              begin()
              void ship(ids)
            }}
          >
            {admin.shipping.ship(ids.length)}
          </Button>
        </div>
      </div>
    )
  }
  const { total, done, failures } = progress
  const left = total - done - failures.length
  return (
    <div className="grid gap-5">
      <div className="grid gap-2">
        <progress
          aria-label={admin.shipping.progress}
          max={total}
          value={done + failures.length}
          className="h-2.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[inline-size]"
        />
        <p role="status" className="tabular text-soft">
          {running
            ? admin.shipping.doing(formatNumber(done), formatNumber(total))
            : `${admin.shipping.done(formatNumber(done), formatNumber(total))}${left > 0 ? ` ${admin.shipping.left(left)}` : ''}`}
        </p>
      </div>
      {failures.length > 0 && (
        <Notice tone="bad" title={admin.shipping.failed(failures.length)}>
          <ul className="mt-2 grid max-h-60 gap-2 overflow-y-auto">
            {failures.map(({ id, error }) => (
              <li key={id}>
                <Link to={`/admin/orders/${id}`} className="font-mono text-sm underline">
                  …{id.slice(-6)}
                </Link>{' '}
                {explainStatusError(error)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-3">
        {running ? (
          <Button onClick={stop}>{admin.shipping.stop}</Button>
        ) : (
          <>
            {failures.length > 0 && (
              <Button onClick={() => void ship(failures.map(({ id }) => id))}>{admin.shipping.again}</Button>
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

function useShipping() {
  const queries = useQueryClient()
  const [progress, setProgress] = useState<Progress>()
  const [running, setRunning] = useState(false)
  const stopping = useRef<AbortController>(undefined)
  const shown = useRef(true)
  useEffect(() => {
    shown.current = true
    return () => {
      shown.current = false
      stopping.current?.abort()
    }
  }, [])
  return {
    progress,
    running,
    stop: () => stopping.current?.abort(),
    async ship(ids: readonly string[]) {
      const aborting = new AbortController()
      stopping.current = aborting
      setRunning(true)
      setProgress({ total: ids.length, done: 0, failures: [] })
      const { total, done } = await forEach(ids, (id) => setOrderStatus(id, SHIP), {
        concurrency: CONCURRENCY,
        signal: aborting.signal,
        onProgress: setProgress,
      })
      setRunning(false)
      if (!shown.current && done < total) {
        toast({ title: admin.shipping.stopped(formatNumber(done), formatNumber(total)) })
      }
      await queries.invalidateQueries({ queryKey: ['admin', 'orders'] })
    },
  }
}

/** A shop has one currency. */
const sumOf = (orders: readonly Order[]) =>
  formatAmount(
    totalOf(orders.map(({ total_price }) => ({ unitPrice: total_price, quantity: 1 }))),
    orders[0]?.currency ?? 'USD',
  )
