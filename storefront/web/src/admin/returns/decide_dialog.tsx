/** Accepts or refuses a return, with a message to its buyer. */
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { dataOf, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import type { Return } from '../../orders/returns_query.ts'
import { NoteDialog } from './note_dialog.tsx'

const NOTE = LIMITS['PUT /orders/{id}/returns/{return_id}'].note

export function DecideDialog({
  orderId,
  each,
  to,
  isRest,
  close,
  refetch,
}: {
  orderId: string
  each: Return
  /** Undefined: closed. */
  to: 'accepted' | 'refused' | undefined
  /** Some of it has arrived. */
  isRest: boolean
  close: () => void
  refetch: () => unknown
}) {
  const texts = admin.returns
  const decision = useMutation({
    mutationFn: (body: { state: 'accepted' | 'refused'; note?: string }) =>
      dataOf(
        shop.orders.PUT('/orders/{id}/returns/{return_id}', {
          params: { path: { id: orderId, return_id: each.id } },
          body,
        }),
      ),
    onSettled: () => refetch(),
  })
  const refuses = isRest ? texts.giveUp : texts.refuse
  return (
    <NoteDialog
      open={to !== undefined}
      close={close}
      title={to === 'accepted' ? texts.acceptTitle : isRest ? texts.giveUp : texts.refuseTitle}
      label={texts.note}
      limit={NOTE}
      confirm={to === 'accepted' ? texts.accept : refuses}
      {...(to === 'refused' ? { tone: 'danger' as const } : {})}
      done={isRest ? texts.received : texts.decided}
      failed={texts.failed}
      save={(note) => decision.mutateAsync({ state: to!, ...note })}
      error={decision.error}
      isPending={decision.isPending}
    />
  )
}
