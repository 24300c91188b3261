import { LIMITS } from '@shop/client/generated/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { ShopProblem, shop } from '../api/shop.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { faultsByField, refusedPassword } from '../ui/field_faults.ts'
import { lengthFault } from '../ui/limits.ts'
import { ProblemNotice } from '../ui/notice.tsx'
import { toast } from '../ui/toast.ts'
import { Part } from './parts.tsx'
import { sessionsQuery } from './queries.ts'

const LENGTHS = LIMITS['PUT /me/password']
type Faults = { current?: string | undefined; next?: string | undefined }

export function PasswordPart() {
  const { user } = useSession()
  const form = useRef<HTMLFormElement>(null)
  const queries = useQueryClient()
  const [wrong, setWrong] = useState<Faults>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      shop.auth.PUT('/me/password', { body }),
    onSuccess: () => {
      form.current?.reset()
      void queries.invalidateQueries({ queryKey: sessionsQuery.queryKey })
      toast({ title: t.account.changed, description: t.account.changedMore })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const body = { current_password: String(fields.get('current')), new_password: String(fields.get('new')) }
    const found = {
      current: lengthFault(body.current_password, LENGTHS.current_password),
      next: lengthFault(body.new_password, LENGTHS.new_password),
    }
    const fits = !found.current && !found.next
    reset()
    setWrong(fits ? undefined : found)
    if (fits) mutate(body)
  }
  const faults = wrong ?? faultsOf(error)
  return (
    <Part id="change-password" title={t.account.changePassword}>
      <form ref={form} noValidate onSubmit={submit} className="grid max-w-md gap-5">
        {error && !faults && <ProblemNotice error={error} title={t.failed.changePassword} />}
        <input type="hidden" dir="auto" autoComplete="username" value={user?.username ?? ''} readOnly />
        <TextField
          label={t.account.current}
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={faults?.current}
        />
        <TextField
          label={t.account.new}
          name="new"
          type="password"
          autoComplete="new-password"
          required
          hint={t.fault.atLeast(LENGTHS.new_password.minLength)}
          error={faults?.next}
        />
        <Button type="submit" busy={isPending} className="justify-self-start">
          {t.account.changePassword}
        </Button>
      </form>
    </Part>
  )
}

function faultsOf(error: unknown): Faults | undefined {
  if (!(error instanceof ShopProblem)) return undefined
  switch (String(error.code)) {
    case 'invalid_credentials':
    case 'wrong_password':
      return { current: t.account.notCurrent }
    case 'password_refused':
      return { next: refusedPassword(error) }
    case 'validation_failed': {
      const faults = faultsByField(error, t.fault.subjects)
      return faults && { current: faults.current_password, next: faults.new_password }
    }
    default:
      return undefined
  }
}
