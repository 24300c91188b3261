import { formatAmount } from '../ui/format.tsx'
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
      title={
        refused
          ? 'Something changed while you were ordering. Nothing was bought.'
          : 'Something has changed in the meantime'
      }
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
  if (change.kind === 'gone') return <>{name} is no longer sold.</>
  if (change.kind === 'price') {
    return (
      <>
        {name} costs <strong>{formatAmount(change.now, change.currency)}</strong> now; it was{' '}
        {formatAmount(change.before, change.currency)}.
      </>
    )
  }
  if (change.left === 0) return <>{name} has just sold out.</>
  return (
    <>
      Of {name} only <strong>{change.left}</strong> {change.left === 1 ? 'is' : 'are'} left; you wanted{' '}
      {change.wanted}.
    </>
  )
}
