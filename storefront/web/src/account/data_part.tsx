import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { shop } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { saveFile } from '../ui/save_file.ts'
import { toast } from '../ui/toast.ts'
import { exportedOf } from './exported.ts'
import { useAsOwner } from './owner.tsx'
import { Part, Refused } from './parts.tsx'

export function DataPart() {
  const { user, signOut } = useSession()
  const asOwner = useAsOwner()
  const [asked, setAsked] = useState(false)
  const download = useMutation({
    mutationFn: () => exportedOf(user!.id),
    onSuccess: (found) =>
      saveFile(
        `${user?.username ?? 'account'}.json`,
        new Blob([JSON.stringify(found, null, 2)], { type: 'application/json' }),
      ),
  })
  const remove = useMutation({
    mutationFn: () => asOwner((body) => shop.auth.DELETE('/me', { body })),
    onSuccess: () => {
      void signOut()
      toast({ title: own.data.deleted, description: own.data.deletedMore })
    },
  })
  return (
    <Part id="data" title={own.data.title} more={own.data.more}>
      <Refused error={download.error} title={own.data.exportFailed} />
      <Refused error={remove.error} title={own.data.deleteFailed} />
      <div className="flex flex-wrap gap-3">
        <Button busy={download.isPending} onClick={() => download.mutate()}>
          {own.data.export}
        </Button>
        <Button tone="danger" icon="trash" busy={remove.isPending} onClick={() => setAsked(true)}>
          {own.data.delete}
        </Button>
      </div>
      <ConfirmDialog
        open={asked}
        onOpenChange={setAsked}
        title={own.data.deleteAsk}
        confirm={own.data.delete}
        keep={own.common.cancel}
        onConfirm={() => {
          setAsked(false)
          remove.mutate()
        }}
      >
        {own.data.deleteMore}
      </ConfirmDialog>
    </Part>
  )
}
