/**
 * Changes that an access token alone does not allow. If the sign-in is not fresh enough, the current password is asked, and the
 * change is made with it.
 */
import { LIMITS } from '@shop/client/generated/limits'
import { createContext, type FormEvent, type ReactNode, use, useCallback, useState } from 'react'
import { own } from '../language/own_texts.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { lengthFault } from '../ui/limits.ts'
import { hasCode } from './explain_own.ts'
import { Refused } from './parts.tsx'
import { Cancelled, type Proof } from './proof.ts'

type AsOwner = <T>(call: (proof: Proof) => Promise<T>) => Promise<T>

type Asking = {
  /** Rejects when the password is wrong. */
  readonly run: (password: string) => Promise<void>
  readonly fail: (error: unknown) => void
}

const OwnerContext = createContext<AsOwner>((call) => call({}))
export const useAsOwner = (): AsOwner => use(OwnerContext)

export function OwnerProvider({ children }: { children: ReactNode }) {
  const [asking, setAsking] = useState<Asking>()
  const asOwner = useCallback<AsOwner>(async (call) => {
    try {
      return await call({})
    } catch (error) {
      if (!hasCode(error, 'fresh_sign_in_required')) throw error
    }
    return new Promise((resolve, reject) =>
      setAsking({ run: async (current_password) => resolve(await call({ current_password })), fail: reject }),
    )
  }, [])
  return (
    <OwnerContext value={asOwner}>
      {children}
      <PasswordDialog asking={asking} close={() => setAsking(undefined)} />
    </OwnerContext>
  )
}

const LENGTHS = LIMITS['DELETE /me'].current_password

function PasswordDialog({ asking, close }: { asking: Asking | undefined; close: () => void }) {
  const { user } = useSession()
  const [fault, setFault] = useState<string>()
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const end = () => {
    setFault(undefined)
    setError(undefined)
    close()
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    // The form of a part may be around this one, in React's tree.
    event.stopPropagation()
    const password = String(new FormData(event.currentTarget).get('password'))
    const found = lengthFault(password, LENGTHS)
    setFault(found)
    setError(undefined)
    if (found !== undefined || !asking) return
    setBusy(true)
    try {
      await asking.run(password)
      end()
    } catch (failure) {
      if (hasCode(failure, 'wrong_password')) setFault(t.account.notCurrent)
      else if (hasCode(failure, 'too_many_attempts', 'overloaded')) setError(failure)
      else {
        asking.fail(failure)
        end()
      }
    }
    setBusy(false)
  }
  const cancel = () => {
    asking?.fail(new Cancelled())
    end()
  }
  return (
    <Dialog
      open={asking !== undefined}
      onOpenChange={(open) => !open && cancel()}
      title={own.confirmPassword.title}
      description={own.confirmPassword.more}
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-5">
        <Refused error={error} title={own.confirmPassword.failed} />
        <input type="hidden" dir="auto" autoComplete="username" value={user?.username ?? ''} readOnly />
        <TextField
          label={own.confirmPassword.field}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={fault}
        />
        <div className="flex flex-wrap justify-end gap-3">
          <Button onClick={cancel}>{own.common.cancel}</Button>
          <Button type="submit" tone="primary" busy={busy}>
            {own.confirmPassword.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
