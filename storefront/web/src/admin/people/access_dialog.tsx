/** Helps the owner of an account to get in again: a link for a new password, shown once, and no second step any more. */
import { useMutation } from '@tanstack/react-query'
import { PAGE } from '../../../../src/http/page_addresses.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy_text.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Time } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import type { Account } from '../queries.ts'

export function AccessDialog({ account, close }: { account: Account | undefined; close: () => void }) {
  return (
    <Dialog
      open={account !== undefined}
      onOpenChange={(open) => !open && close()}
      title={account && admin.access.title(<Typed>{account.username}</Typed>)}
      description={admin.access.more}
    >
      {account && (
        <div className="grid gap-6">
          <ResetLink key={account.id} account={account} />
          <RemoveFactor account={account} />
        </div>
      )}
    </Dialog>
  )
}

type Made = { readonly token: string; readonly link: string | null; readonly expires_at: string }

/** A shop that does not know its own address leaves that to its pages. */
const addressOf = ({ link, token }: Made): string =>
  link ?? `${location.origin}${PAGE.resetPassword}#${new URLSearchParams({ token })}`

function ResetLink({ account: { id } }: { account: Account }) {
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => dataOf(shop.auth.POST('/users/{id}/reset_link', { params: { path: { id } } })),
  })
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-soft">{admin.access.linkMore}</p>
      {error && <ProblemNotice error={error} title={admin.access.linkFailed} />}
      {data ? (
        <>
          <TextField
            className="w-full"
            label={admin.access.linkField}
            hint={admin.access.linkUntil(<Time at={data.expires_at} />)}
            readOnly
            value={addressOf(data)}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <Button onClick={() => void copyText(addressOf(data), admin.access)}>{admin.access.copy}</Button>
        </>
      ) : (
        <Button busy={isPending} onClick={() => mutate()}>
          {admin.access.link}
        </Button>
      )}
    </div>
  )
}

function RemoveFactor({ account: { id, username } }: { account: Account }) {
  const name = <Typed>{username}</Typed>
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => shop.auth.DELETE('/users/{id}/second_factor', { params: { path: { id } } }),
    onSuccess: () => toast({ title: admin.access.factorRemoved(name) }),
    onError: (failure) => void (isNone(failure) && toast({ title: admin.access.noFactor(name) })),
  })
  return (
    <div className="grid justify-items-start gap-3 border-t border-line pt-5">
      <p className="text-soft">{admin.access.factorMore}</p>
      {error && !isNone(error) && <ProblemNotice error={error} title={admin.access.factorFailed} />}
      <Button tone="danger" busy={isPending} onClick={() => mutate()}>
        {admin.access.factor}
      </Button>
    </div>
  )
}

const isNone = (error: unknown) => error instanceof ShopProblem && error.code === 'no_second_factor'
