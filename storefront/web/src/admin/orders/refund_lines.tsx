/** Which units of which lines are refunded, and whether the shipping is. */
import type { Order } from '../../api/types.ts'
import type { Payment } from '../../checkout/checkout_queries.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { Checkbox, TextField } from '../../ui/field.tsx'
import { Money } from '../../ui/format.tsx'
import { shippingLeft, unitsLeft } from './refund_sums.ts'

export function RefundLines({
  payment,
  order,
  units,
  setUnits,
  shipping,
  setShipping,
  sum,
  fault,
}: {
  payment: Payment
  order: Order
  units: ReadonlyMap<string, number>
  setUnits: (units: ReadonlyMap<string, number>) => void
  shipping: boolean
  setShipping: (shipping: boolean) => void
  sum: string
  fault: string | undefined
}) {
  const { currency } = payment
  const nameOf = (id: string) =>
    order.lines.find(({ product_id }) => product_id === id)?.name ?? admin.order.nameUnknown
  const change = (id: string, text: string, most: number) => {
    const count = Math.min(most, Math.max(0, Math.trunc(Number(text)) || 0))
    const others = [...units].filter(([known]) => known !== id)
    setUnits(new Map(count === 0 ? others : [...others, [id, count]]))
  }
  return (
    <div className="grid gap-4">
      {payment.lines.map((line) => {
        const { product_id: id, refunded_quantity, refunded } = line
        const left = unitsLeft(line)
        return (
          <TextField
            key={id}
            label={nameOf(id)}
            hint={
              refunded_quantity === 0
                ? admin.payment.refundUnits(left)
                : admin.payment.refundUnitsAfter(left, refunded_quantity, formatAmount(refunded, currency))
            }
            type="number"
            inputMode="numeric"
            min={0}
            max={left}
            disabled={left === 0}
            value={units.get(id) ?? ''}
            onChange={({ currentTarget }) => change(id, currentTarget.value, left)}
          />
        )
      })}
      {shippingLeft(payment) && (
        <Checkbox
          label={admin.payment.refundShipping(formatAmount(payment.shipping.gross, currency))}
          checked={shipping}
          onChange={({ currentTarget }) => setShipping(currentTarget.checked)}
        />
      )}
      <p className="flex justify-between gap-4 border-t border-line pt-3 font-semibold">
        <span>{admin.payment.refundSum}</span>
        <Money amount={sum} currency={currency} className="tabular" />
      </p>
      {fault && (
        <p role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
    </div>
  )
}
