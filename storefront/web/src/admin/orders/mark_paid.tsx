/** Marks that money has arrived, or was given back: of invoices and cash only people know. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'

export function MarkPaid({
  texts,
  amount,
  send,
  refetch,
}: {
  texts: typeof admin.payment.paid
  amount: string
  send: () => Promise<unknown>
  refetch: () => unknown
}) {
  const [asking, setAsking] = useState(false)
  const { mutate, isPending, error } = useMutation({
    mutationFn: send,
    onSuccess: () => toast({ title: texts.done }),
    onSettled: () => {
      setAsking(false)
      return refetch()
    },
  })
  return (
    <>
      <Button onClick={() => setAsking(true)}>{texts.mark}</Button>
      {error && <ProblemNotice error={error} title={texts.failed} />}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={texts.title}
        confirm={texts.mark}
        keep={admin.payment.notYet}
        busy={isPending}
        onConfirm={() => mutate()}
      >
        {texts.more(amount)}
      </ConfirmDialog>
    </>
  )
}
