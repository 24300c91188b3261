/** Signing in and creating an account; then the visitor returns to the page they wanted. */

import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Link, Navigate, useSearchParams } from 'react-router'
import { ShopProblem } from '../api/shop.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { faultsByField, refusedPassword } from '../ui/field_faults.ts'
import { lengthFault } from '../ui/limits.ts'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'

export default function SignInPage() {
  const [params] = useSearchParams()
  const { user, signIn, register } = useSession()
  const registering = params.get('mode') === 'register'
  const limits = registering ? LIMITS['POST /register'] : LIMITS['POST /login']
  const next = safePath(params.get('next'))
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: ({ username, password }: { username: string; password: string }) =>
      registering ? register(username, password) : signIn(username, password),
  })
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<FieldFaults>({})
  useEffect(() => {
    if (error || Object.keys(wrong).length > 0) {
      form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    }
  }, [error, wrong])
  if (user) return <Navigate to={next} replace />

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const username = String(fields.get('username')).trim()
    const password = String(fields.get('password'))
    const found = {
      username: lengthFault(username, limits.username),
      password: lengthFault(password, limits.password),
    }
    reset()
    setWrong(found.username || found.password ? found : {})
    if (!found.username && !found.password) mutate({ username, password })
  }
  const faults: Faults = { ...faultsOf(error), ...wrong }
  const startAnew = () => {
    reset()
    setWrong({})
  }
  const other = `?${new URLSearchParams({ ...(registering ? {} : { mode: 'register' }), next })}`
  return (
    <div className="page grid justify-items-center pt-10 sm:pt-16">
      <div className="grid w-full max-w-md gap-7">
        <PageTitle key={String(registering)} title={registering ? t.signIn.register : t.signIn.title}>
          {registering ? t.signIn.register : t.signIn.welcome}
        </PageTitle>
        <form
          ref={form}
          noValidate
          onSubmit={submit}
          className="grid gap-5 rounded-xl bg-surface p-5 shadow-lift sm:p-7"
        >
          {error && !faults.known && (
            <ProblemNotice error={error} title={registering ? t.failed.register : t.failed.signIn} />
          )}
          {faults.both && <Notice live tone="bad" title={faults.both} />}
          <TextField
            label={t.signIn.username}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            error={faults.username}
            hint={
              registering
                ? t.signIn.usernameHint(limits.username.minLength, limits.username.maxLength)
                : undefined
            }
          />
          <TextField
            label={t.signIn.password}
            name="password"
            type="password"
            autoComplete={registering ? 'new-password' : 'current-password'}
            required
            error={faults.password}
            hint={registering ? t.signIn.passwordHint(limits.password.minLength) : undefined}
          />
          <Button type="submit" tone="primary" busy={isPending}>
            {registering ? t.signIn.registerButton : t.signIn.title}
          </Button>
        </form>
        <p className="text-center text-soft">
          {registering ? t.signIn.haveAccount : t.signIn.newHere}{' '}
          <Link to={other} replace onClick={startAnew} className="font-semibold text-accent underline">
            {registering ? t.signIn.title : t.signIn.register}
          </Link>
        </p>
      </div>
    </div>
  )
}

type FieldFaults = { username?: string | undefined; password?: string | undefined }
type Faults = FieldFaults & { known: boolean; both?: string }

function faultsOf(error: unknown): Faults {
  if (!(error instanceof ShopProblem)) return { known: false }
  switch (String(error.code)) {
    case 'invalid_credentials':
      return { known: true, both: t.signIn.wrong }
    case 'too_many_attempts': {
      const seconds = Math.ceil((error.retryAfterMs ?? 60_000) / 1000)
      return { known: true, both: t.signIn.tooMany(seconds) }
    }
    case 'username_taken':
      return { known: true, username: t.signIn.taken }
    case 'password_refused':
      return { known: true, password: refusedPassword(error) }
    case 'validation_failed': {
      const faults = faultsByField(error, t.fault.subjects)
      return { known: faults !== undefined, ...faults }
    }
    default:
      return { known: false }
  }
}

/** Only paths inside this shop, parsed as the browser does: it drops tabs and turns backslashes into slashes. */
function safePath(next: string | null): string {
  try {
    const { origin, pathname, search } = new URL(next ?? '/', location.origin)
    return origin === location.origin && !pathname.startsWith('//') ? pathname + search : '/'
  } catch {
    return '/'
  }
}
