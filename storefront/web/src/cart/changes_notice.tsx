import { formatAmount, formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Notice } from '../ui/notice.tsx'
import { Typed } from '../ui/typed.tsx'
import type { CartChange } from './changes.ts'

/** One sentence for each change. The buttons that apply them are below the new total. */
export function ChangesNotice({ changes, refused }: { changes: readonly CartChange[]; refused: boolean }) {
  return (
    <Notice
      tone="warn"
      live
      className="arriving"
      title={refused ? t.cart.changedWhileOrdering : t.cart.changed}
    >
      <ul className="grid gap-1.5">
        {changes.map((change) => (
          <li key={change.productId + change.kind}>{sentence(change)}</li>
        ))}
      </ul>
    </Notice>
  )
}

function sentence(change: CartChange) {
  const name = (
    <strong className="font-semibold">
      <Typed>{change.name}</Typed>
    </strong>
  )
  if (change.kind === 'gone') return t.cart.isGone(name)
  if (change.kind === 'price') {
    return t.cart.costsNow(
      name,
      <strong>{formatAmount(change.now, change.currency)}</strong>,
      formatAmount(change.before, change.currency),
    )
  }
  if (change.left === 0) return t.cart.justSoldOut(name)
  return t.cart.onlyLeft(
    name,
    change.left,
    <strong>{formatNumber(change.left)}</strong>,
    formatNumber(change.wanted),
  )
}
