import type { Order } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { Typed } from '../ui/typed.tsx'

type Titled = Pick<Order, 'lines'>

/** The title of an order: its first product, and how many more. Names are known once its stock was held. */
export function orderTitle({ lines }: Titled): string {
  const { count, name, more } = partsOf(lines)
  return name === null ? count : count + name + more
}

/** The same as an element. */
export function OrderTitle({ order: { lines } }: { order: Titled }) {
  const { count, name, more } = partsOf(lines)
  return (
    <>
      {count}
      {name !== null && <Typed>{name}</Typed>}
      {more}
    </>
  )
}

function partsOf(lines: Order['lines']): { count: string; name: string | null; more: string } {
  const [first, ...rest] = lines
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (!first?.name) {
    return { count: t.order.of(units), name: null, more: '' }
  }
  return {
    count: first.quantity === 1 ? '' : t.order.times(first.quantity),
    name: first.name,
    more: rest.length === 0 ? '' : t.order.more(rest.length),
  }
}
