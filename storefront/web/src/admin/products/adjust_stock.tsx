/**
 * Adds or takes units, with a reason. It needs no version, because it changes the stock by a difference.
 *
 * An attempt keeps its Idempotency-Key until the outcome is known, so sending it again after a lost answer never counts twice.
 */

import { newKey } from '@shop/client/attempt_keys'
import { LIMITS } from '@shop/client/generated/limits'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { productQuery } from '../../api/queries.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { TextField } from '../../ui/field.tsx'
import { faultsByField } from '../../ui/field_faults.ts'
import { lengthFault } from '../../ui/limits.ts'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { STOCK_MAX } from './field_text.ts'

const WAYS = ['add', 'take'] as const
const reasonsOf = (sign: number) => (sign > 0 ? admin.stock.addReasons : admin.stock.takeReasons)
const REASON = LIMITS['POST /products/{id}/stock_adjustments'].reason

type Attempt = { readonly delta: number; readonly reason: string; readonly key: string }

export function AdjustStock({ product }: { product: Product }) {
  const queries = useQueryClient()
  const attempt = useRef<Attempt>(undefined)
  const [way, setWay] = useState<(typeof WAYS)[number]>('add')
  const sign = way === 'add' ? 1 : -1
  const [units, setUnits] = useState('')
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<{ units?: string | undefined; reason?: string | undefined }>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const count = /^\d+$/.test(units.trim()) ? Number(units) : 0

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wordy = lengthFault(reason.trim(), REASON)
    const wrong = {
      ...(count < 1 ? { units: admin.stock.howMany } : {}),
      ...(count > STOCK_MAX ? { units: admin.stock.atMost(STOCK_MAX) } : {}),
      ...(reason.trim() === '' ? { reason: admin.stock.needsReason } : wordy && { reason: wordy }),
    }
    setFaults(wrong)
    setError(undefined)
    if (wrong.units || wrong.reason) return
    setBusy(true)
    await send({ delta: sign * count, reason: reason.trim() })
    setBusy(false)
  }

  const send = async (body: { delta: number; reason: string }) => {
    const open = attempt.current
    const same = open?.delta === body.delta && open.reason === body.reason
    const key = same ? open.key : newKey()
    attempt.current = { ...body, key }
    try {
      const movement = await dataOf(
        shop.products.POST('/products/{id}/stock_adjustments', {
          params: { path: { id: product.id }, header: { 'idempotency-key': key } },
          body,
        }),
      )
      attempt.current = undefined
      setUnits('')
      setReason('')
      toast({
        title: admin.stock.now(<Typed>{product.name}</Typed>, movement.stock_after),
      })
    } catch (failure) {
      // With a final answer the attempt is over; otherwise it stays open under its key.
      if (failure instanceof ShopProblem && !failure.retryable) attempt.current = undefined
      const refused = faultsByField(failure, admin.stock.subjects)
      if (refused) setFaults({ units: refused.delta, reason: refused.reason })
      else setError(failure)
    }
    await Promise.all([
      queries.invalidateQueries({ queryKey: productQuery(product.id).queryKey }),
      queries.invalidateQueries({ queryKey: ['admin', 'ledger', product.id] }),
      queries.invalidateQueries({ queryKey: ['products', 'list'] }),
    ])
  }

  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error !== undefined && <Refused error={error} />}
      <Choice
        name="way"
        legend={admin.stock.direction}
        options={WAYS.map((value) => ({ value, label: admin.stock[value] }))}
        chosen={way}
        choose={(next) => {
          setWay(next)
          if (reasonsOf(sign).includes(reason)) setReason('')
        }}
      />
      <TextField
        label={admin.stock.units}
        inputMode="numeric"
        autoComplete="off"
        value={units}
        error={faults.units}
        hint={
          count > 0
            ? admin.stock.hintAfter(product.stock, describeStockAfter(product.stock + sign * count))
            : admin.stock.hint(product.stock)
        }
        onChange={(event) => setUnits(event.currentTarget.value)}
      />
      <div className="grid gap-2.5">
        <TextField
          label={admin.stock.reason}
          autoComplete="off"
          value={reason}
          error={faults.reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className="flex flex-wrap gap-2">
          {reasonsOf(sign).map((known) => (
            <button
              key={known}
              type="button"
              aria-pressed={reason === known}
              onClick={() => setReason(known)}
              className="min-h-9 rounded-full border border-edge px-3.5 text-sm hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
            >
              {known}
            </button>
          ))}
        </div>
      </div>
      <Button type="submit" tone="primary" busy={busy} className="justify-self-start">
        {sign > 0 ? admin.stock.submitAdd : admin.stock.submitTake}
      </Button>
    </form>
  )
}

function describeStockAfter(after: number): string {
  if (after < 0) return admin.stock.tooFew
  return after > STOCK_MAX ? admin.stock.tooMany(STOCK_MAX) : admin.stock.after(after)
}

function Refused({ error }: { error: unknown }) {
  const problem = error instanceof ShopProblem ? error : undefined
  const current = problem?.document?.current as Product | undefined
  if (problem?.code === 'insufficient_stock') {
    return (
      <Notice live tone="bad" title={admin.stock.notEnough}>
        {admin.stock.notEnoughMore(current?.stock ?? 0)}
      </Notice>
    )
  }
  if (problem?.code === 'unreachable' || problem?.code === 'timed_out') {
    return (
      <Notice live tone="warn" title={admin.stock.lost}>
        {admin.stock.lostMore}
      </Notice>
    )
  }
  return <ProblemNotice error={error} title={admin.stock.notAdjusted} />
}
