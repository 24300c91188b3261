import { LIMITS } from '@shop/client/generated/limits'
import { type FormEvent, useState } from 'react'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox, CONTROL, TextField } from '../../ui/field.tsx'
import { lengthFault } from '../../ui/limits.ts'
import { CategoriesField } from '../products/categories_field.tsx'
import { priceAfter, readChange } from './price_change.ts'
import type { BulkChange } from './run_bulk.ts'

const REASON = LIMITS['POST /products/{id}/stock_adjustments'].reason

type Props = {
  kind: BulkChange['kind']
  products: readonly Product[]
  cancel: () => void
  submit: (change: BulkChange) => void
}

/** What to change, and how. Nothing is sent before it is submitted. */
export function BulkForm({ kind, products, cancel, submit }: Props) {
  const [how, setHow] = useState<'percent' | 'amount'>('percent')
  const [by, setBy] = useState('')
  const [reason, setReason] = useState('')
  const [status, setStatus] = useState<Product['status']>('published')
  const [categories, setCategories] = useState<readonly string[]>([])
  const [replace, setReplace] = useState(false)
  const [faults, setFaults] = useState<{ by?: string; reason?: string }>({})
  const [example] = products
  const change = readChange(by)
  const preview =
    kind === 'price' && example && change !== undefined
      ? priceAfter(example.price, example.currency_digits, { how, by: change })
      : undefined

  const read = (): BulkChange | undefined => {
    switch (kind) {
      case 'price':
        if (change === undefined) return void setFaults({ by: admin.bulk.needsChange })
        return { kind, how, by: change }
      case 'stock': {
        const whole = change !== undefined && Number.isSafeInteger(Number(change))
        const reasonFault = lengthFault(reason.trim(), REASON)
        if (!whole || reasonFault) {
          return void setFaults({
            ...(whole ? {} : { by: admin.bulk.needsUnits }),
            ...(reasonFault ? { reason: admin.stock.needsReason } : {}),
          })
        }
        return { kind, delta: Number(change), reason: reason.trim() }
      }
      case 'status':
        return { kind, status }
      case 'categories':
        return {
          kind,
          add: categories,
          drop: replace
            ? products.flatMap((product) => product.categories).filter((id) => !categories.includes(id))
            : [],
        }
      case 'remove':
        return { kind }
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = read()
    if (wanted) submit(wanted)
  }
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-5">
      {(kind === 'price' || kind === 'stock') && (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <TextField
            label={kind === 'price' ? admin.bulk.by : admin.stock.units}
            hint={
              kind === 'stock'
                ? admin.bulk.unitsMore
                : preview === undefined
                  ? admin.bulk.byMore
                  : admin.bulk.preview(
                      example!.name,
                      formatAmount(example!.price, example!.currency),
                      formatAmount(preview, example!.currency),
                    )
            }
            value={by}
            error={faults.by}
            onChange={({ currentTarget }) => setBy(currentTarget.value)}
          />
          {kind === 'price' ? (
            <label className="grid gap-1.5">
              <span className="text-sm font-semibold">{admin.bulk.unit}</span>
              <select
                value={how}
                className={CONTROL}
                onChange={({ currentTarget }) => setHow(currentTarget.value as typeof how)}
              >
                <option value="percent">{admin.bulk.percent}</option>
                <option value="amount">{example?.currency}</option>
              </select>
            </label>
          ) : (
            <TextField
              label={admin.stock.reason}
              value={reason}
              error={faults.reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
            />
          )}
        </div>
      )}
      {kind === 'status' && (
        <label className="grid gap-1.5">
          <span className="text-sm font-semibold">{admin.fields.labels.status}</span>
          <select
            value={status}
            className={CONTROL}
            onChange={({ currentTarget }) => setStatus(currentTarget.value as Product['status'])}
          >
            <option value="published">{admin.fields.statuses.published}</option>
            <option value="draft">{admin.fields.statuses.draft}</option>
          </select>
        </label>
      )}
      {kind === 'categories' && (
        <>
          <CategoriesField chosen={categories} onChange={setCategories} fault={undefined} />
          <Checkbox
            label={admin.bulk.replaceCategories}
            checked={replace}
            onChange={({ currentTarget }) => setReplace(currentTarget.checked)}
          />
        </>
      )}
      {kind === 'remove' && <p>{admin.products.removeMore}</p>}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={cancel}>{admin.newProduct.cancel}</Button>
        <Button type="submit" tone={kind === 'remove' ? 'danger' : 'primary'}>
          {admin.bulk.submit[kind](products.length)}
        </Button>
      </div>
    </form>
  )
}
