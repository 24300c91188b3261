/** Shipping many at once: how far it is, which did not go and why, and those once more. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { formatNumber } from '../../ui/format.tsx'
import { Notice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { forEach, type Progress } from './moves.ts'
import { explainMove, moveOrder } from './use_move.ts'

const AT_ONCE = 4

export function BulkShip({ ids, close }: { ids: readonly string[] | undefined; close: () => void }) {
  return (
    <Dialog
      open={ids !== undefined}
      onOpenChange={(open) => !open && close()}
      title={`Shipping ${countOf(ids?.length ?? 0)}`}
    >
      {ids && <Run key={ids.join()} ids={ids} close={close} />}
    </Dialog>
  )
}

function Run({ ids, close }: { ids: readonly string[]; close: () => void }) {
  const queries = useQueryClient()
  const [batch, setBatch] = useState(ids)
  const [progress, setProgress] = useState<Progress>({ total: ids.length, done: 0, failures: [] })
  const [running, setRunning] = useState(true)
  const stop = useRef<AbortController>(undefined)

  useEffect(() => {
    const stopping = new AbortController()
    let left = false
    stop.current = stopping
    setRunning(true)
    setProgress({ total: batch.length, done: 0, failures: [] })
    const ship = (id: string) => moveOrder(id, 'shipped')
    // Begun in a turn of its own, so that an effect that is taken back at once ships nothing.
    const begun = setTimeout(async () => {
      const options = { atOnce: AT_ONCE, signal: stopping.signal, onProgress: setProgress }
      const { total, done } = await forEach(batch, ship, options)
      setRunning(false)
      if (left) toast({ title: `Stopped: ${formatNumber(done)} of ${formatNumber(total)} shipped` })
      await queries.invalidateQueries({ queryKey: ['admin', 'orders'] })
    })
    return () => {
      left = true
      clearTimeout(begun)
      stopping.abort()
    }
  }, [batch, queries])

  const { total, done, failures } = progress
  const left = total - done - failures.length
  return (
    <div className="grid gap-5">
      <div className="grid gap-2">
        <progress
          aria-label="Progress"
          max={total}
          value={done + failures.length}
          className="h-2.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[inline-size]"
        />
        <p role="status" className="tabular text-soft">
          {running
            ? `${formatNumber(done)} of ${formatNumber(total)} shipped …`
            : `${formatNumber(done)} of ${formatNumber(total)} shipped.${left > 0 ? ` ${formatNumber(left)} not begun.` : ''}`}
        </p>
      </div>
      {failures.length > 0 && (
        <Notice tone="bad" title={`${countOf(failures.length)} did not go`}>
          <ul className="mt-2 grid max-h-60 gap-2 overflow-y-auto">
            {failures.map(({ id, error }) => (
              <li key={id}>
                <Link to={`/admin/orders/${id}`} className="font-mono text-sm underline">
                  …{id.slice(-6)}
                </Link>{' '}
                {explainMove(error)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-3">
        {running ? (
          <Button onClick={() => stop.current?.abort()}>Stop here</Button>
        ) : (
          <>
            {failures.length > 0 && (
              <Button onClick={() => setBatch(failures.map(({ id }) => id))}>Try these again</Button>
            )}
            <Button tone="primary" onClick={close}>
              Done
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

const countOf = (count: number) => (count === 1 ? '1 order' : `${formatNumber(count)} orders`)
