/**
 * The withdrawal from a contract, as EU law asks for it: for anyone, in two steps, with a receipt. One statement has one key until it
 * has arrived, so it is recorded once however often it is sent.
 */
import { newKey } from '@shop/client/attempt_keys'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import { buying } from '../language/buying_texts.ts'
import { currentLanguage } from '../language/switch.ts'
import { focusHeading, PageTitle } from '../ui/page_title.tsx'
import { ConfirmStatement } from './confirm_statement.tsx'
import { ReceiptSheet } from './receipt_sheet.tsx'
import { bodyOf, EMPTY, type Faults, faultsRefused, type Statement } from './statement.ts'
import { StatementForm } from './statement_form.tsx'

export default function WithdrawPage() {
  const [said, setSaid] = useState<Statement>(EMPTY)
  const [faults, setFaults] = useState<Faults>({})
  const [isChecked, setChecked] = useState(false)
  const key = useRef(newKey())
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: (statement: Statement) =>
      dataOf(
        shop.orders.POST('/withdrawals', {
          params: { header: { 'idempotency-key': key.current } },
          body: bodyOf(statement, currentLanguage()),
        }),
      ),
    onError(failure) {
      const refused = failure instanceof ShopProblem ? faultsRefused(failure.document?.errors) : {}
      if (Object.keys(refused).length === 0) return
      setFaults(refused)
      setChecked(false)
    },
  })
  const step = data ? 'receipt' : isChecked ? 'check' : 'statement'
  const shown = useRef(step)
  useEffect(() => {
    if (shown.current === step) return
    shown.current = step
    focusHeading()
    scrollTo({ top: 0 })
  }, [step])
  const texts = buying.withdraw
  const title = { statement: texts.title, check: texts.checkTitle, receipt: texts.doneTitle }[step]
  return (
    <div className="page grid justify-items-center pt-10 sm:pt-16">
      <div className="grid w-full max-w-xl gap-7">
        <PageTitle title={title}>{title}</PageTitle>
        {data ? (
          <ReceiptSheet
            receipt={data}
            again={() => {
              key.current = newKey()
              setSaid({ ...said, orderNumber: '', goods: '', isWhole: true })
              setChecked(false)
              reset()
            }}
          />
        ) : isChecked ? (
          <ConfirmStatement
            {...{ said, error, isPending }}
            confirm={() => mutate(said)}
            change={() => {
              setChecked(false)
              reset()
            }}
          />
        ) : (
          <StatementForm
            {...{ said, setSaid, faults, setFaults }}
            next={() => {
              reset()
              setChecked(true)
            }}
          />
        )}
      </div>
    </div>
  )
}
