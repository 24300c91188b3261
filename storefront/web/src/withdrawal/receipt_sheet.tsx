import { buying } from '../language/buying_texts.ts'
import { formatInFull } from '../language/formats.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Typed } from '../ui/typed.tsx'
import { Facts } from './confirm_statement.tsx'
import type { Receipt } from './statement.ts'
import { SHEET } from './statement_form.tsx'

/** What arrived, and when: the time is the server's. */
export function ReceiptSheet({
  receipt: { id, order_number, name, email, goods, received_at, mailed },
  again,
}: {
  receipt: Receipt
  again: () => void
}) {
  const texts = buying.withdraw
  return (
    <>
      <p role="status" className="text-soft">
        {texts.doneMore}
      </p>
      <section aria-label={texts.receipt} className={SHEET}>
        <p className="flex items-start gap-3 text-lg font-semibold">
          <Icon name="check" className="mt-1 size-5 text-good" />
          <span>
            {texts.received} <time dateTime={received_at}>{formatInFull(new Date(received_at))}</time>
          </span>
        </p>
        <Facts
          rows={[
            [texts.orderNumber, order_number],
            [texts.name, name],
            [texts.which, goods ?? texts.whole],
            [texts.receipt, id],
          ]}
        />
        <p className="[overflow-wrap:anywhere]">
          {mailed ? texts.mailed(<Typed className="font-semibold">{email}</Typed>) : texts.notMailed}
        </p>
        <div className="flex flex-wrap gap-3 print:hidden">
          <Button onClick={() => print()}>{texts.print}</Button>
          <Button tone="quiet" onClick={again}>
            {texts.another}
          </Button>
        </div>
      </section>
    </>
  )
}
