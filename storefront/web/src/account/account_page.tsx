import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { ROLE_TONES } from '../session/roles.ts'
import { useSession } from '../session/use_session.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Time } from '../ui/format.tsx'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { DataPart } from './data_part.tsx'
import { EmailPart } from './email_part.tsx'
import { FactorPart } from './factor_part.tsx'
import { OwnerProvider } from './owner.tsx'
import { PasskeysPart } from './passkeys_part.tsx'
import { PasswordPart } from './password_part.tsx'
import { factorQuery, meQuery, passkeysQuery, sessionsQuery } from './queries.ts'
import { SessionsPart } from './sessions_part.tsx'

/** All parts at once: none moves when the answer of another one comes. */
function Parts() {
  const waits = [
    useAnswer(meQuery),
    useAnswer(factorQuery),
    useAnswer(passkeysQuery),
    useAnswer(sessionsQuery),
  ].some(({ isPending }) => isPending)
  if (waits) {
    return (
      <>
        <Loading what={t.account.title} />
        <Skeleton className="min-h-dvh rounded-xl" />
      </>
    )
  }
  return (
    <>
      <EmailPart />
      <PasswordPart />
      <FactorPart />
      <PasskeysPart />
      <SessionsPart />
      <DataPart />
    </>
  )
}

export default function AccountPage() {
  const { user, isAdmin, signOut } = useSession()
  if (!user) return null
  const leave = () => {
    // The session ends here at once; the request to the shop may take longer.
    void signOut()
    toast({ title: t.account.signedOut, description: t.account.signedOutMore })
  }
  return (
    <div className="page grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-8 pt-8 sm:pt-12">
      <PageTitle title={t.account.tab}>{t.account.title}</PageTitle>
      {user.needs_second_factor && (
        <Notice tone="warn" title={t.account.factorNeeded}>
          {t.account.factorNeededMore}
        </Notice>
      )}
      <section className="flex flex-wrap items-center justify-between gap-5 rounded-xl bg-surface p-5 shadow-rest sm:p-7">
        <div className="grid gap-1">
          <p className="flex flex-wrap items-center gap-3 text-lg font-semibold">
            <Typed>{user.username}</Typed>
            {isAdmin && <Badge tone={ROLE_TONES[user.role]}>{t.roles[user.role]}</Badge>}
          </p>
          <p className="text-soft">{t.account.since(<Time at={user.created_at} />)}</p>
        </div>
        <div className="flex flex-wrap gap-3">
          <ButtonLink to="/orders" icon="orders">
            {t.account.orders}
          </ButtonLink>
          <Button onClick={leave}>{t.account.signOut}</Button>
        </div>
      </section>
      <OwnerProvider>
        <Parts />
      </OwnerProvider>
    </div>
  )
}
