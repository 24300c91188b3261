import { useMutation } from '@tanstack/react-query'
import { own } from '../language/own_texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { Refused } from './parts.tsx'
import { readPasskey } from './passkey_calls.ts'

/** Below the form with the password. */
export function PasskeyButton() {
  const { signInWithPasskey } = useSession()
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => signInWithPasskey((await readPasskey()) as never),
  })
  return (
    <div className="grid gap-4">
      <p className="text-center text-soft">{own.signIn.or}</p>
      <Refused error={error} title={own.signIn.passkeyFailed} />
      <Button busy={isPending} onClick={() => mutate()}>
        {own.signIn.passkey}
      </Button>
    </div>
  )
}
