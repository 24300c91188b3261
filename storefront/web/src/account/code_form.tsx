import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { own } from '../language/own_texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { lengthFault } from '../ui/limits.ts'
import { PageTitle } from '../ui/page_title.tsx'
import { CodeField, codeIn } from './code_field.tsx'
import { hasCode } from './explain_own.ts'
import { Narrow, Refused, SHEET } from './parts.tsx'

/** The second step of signing in. */
export function CodeForm({ challenge, leave }: { challenge: string; leave: () => void }) {
  const { signInWithCode } = useSession()
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<string>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (code: string) => signInWithCode(challenge, code),
  })
  const refused = hasCode(error, 'invalid_code', 'validation_failed')
  const fault = wrong ?? (refused ? own.signIn.wrongCode : undefined)
  useEffect(() => {
    if (fault !== undefined) form.current?.querySelector('input')?.focus()
  }, [fault])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = codeIn(event.currentTarget)
    const found = lengthFault(code, LIMITS['POST /login/second_factor'].code)
    reset()
    setWrong(found)
    if (found === undefined) mutate(code)
  }
  return (
    <Narrow>
      <PageTitle title={own.signIn.codeTitle}>{own.signIn.codeTitle}</PageTitle>
      <form ref={form} noValidate onSubmit={submit} className={SHEET}>
        <p>{own.signIn.codeMore}</p>
        {!refused && <Refused error={error} title={own.signIn.codeFailed} />}
        <CodeField hint label={own.signIn.code} error={fault} />
        <Button type="submit" tone="primary" busy={isPending}>
          {own.signIn.continue}
        </Button>
        <Button tone="quiet" onClick={leave}>
          {own.signIn.another}
        </Button>
      </form>
    </Narrow>
  )
}
