/** How the parcel of an order is followed. */
import type { Order } from '../api/types.ts'
import { buying } from '../language/buying_texts.ts'
import { Typed } from '../ui/typed.tsx'

export function TrackingPart({ order: { tracking } }: { order: Order }) {
  if (!tracking) return null
  return (
    <section
      aria-label={buying.parcel.title}
      className="grid gap-3 rounded-xl bg-surface p-5 shadow-rest [overflow-wrap:anywhere]"
    >
      <h2 className="font-semibold">{buying.parcel.title}</h2>
      <TrackingList tracking={tracking} texts={buying.parcel} />
    </section>
  )
}

export function TrackingList({
  tracking: { carrier, number },
  texts,
}: {
  tracking: NonNullable<Order['tracking']>
  texts: { readonly carrier: string; readonly number: string }
}) {
  return (
    <dl className="grid gap-2">
      {carrier !== null && (
        <div>
          <dt className="text-sm text-soft">{texts.carrier}</dt>
          <dd>
            <Typed>{carrier}</Typed>
          </dd>
        </div>
      )}
      <div>
        <dt className="text-sm text-soft">{texts.number}</dt>
        <dd className="font-mono">
          <Typed>{number}</Typed>
        </dd>
      </div>
    </dl>
  )
}
