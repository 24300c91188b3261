/** Closes the statements that an admin has chosen, each as it was seen: what has changed since then stays open. */
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { toast } from '../../ui/toast.ts'
import { NoteDialog } from './note_dialog.tsx'

const NOTE = LIMITS['PUT /withdrawals'].note
/** As many as one request may have. */
export const CLOSED_AT_ONCE_MAX = 100

/** Versions by id. */
export type Chosen = ReadonlyMap<string, number>

export function CloseJunk({
  chosen,
  clear,
  refetch,
}: {
  chosen: Chosen
  clear: () => void
  refetch: () => unknown
}) {
  const texts = admin.returns.withdrawals
  const [asking, setAsking] = useState(false)
  const { mutateAsync, error, isPending } = useMutation({
    mutationFn: ({ note = texts.junk }: { note?: string }) =>
      dataOf(
        shop.orders.PUT('/withdrawals', {
          body: { state: 'done', items: [...chosen].map(([id, version]) => ({ id, version })), note },
        }),
      ),
    onSuccess({ items }) {
      const changed = items.filter(({ result }) => result === 'changed').length
      if (changed > 0) toast({ title: texts.notClosed(changed) })
      clear()
    },
    onSettled: () => refetch(),
  })
  return (
    <>
      {(chosen.size > 0 || asking) && (
        <Button tone="danger" onClick={() => setAsking(true)}>
          {texts.closeJunk(chosen.size)}
        </Button>
      )}
      <NoteDialog
        open={asking}
        close={() => setAsking(false)}
        title={texts.closeJunkTitle}
        label={texts.note}
        limit={NOTE}
        confirm={texts.closeJunk(chosen.size)}
        tone="danger"
        done={texts.closed}
        failed={texts.failed}
        save={mutateAsync}
        {...{ error, isPending }}
      />
    </>
  )
}
