/** A list of returns or of withdrawals: in one state, which is in the address, newest first. */
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { Choice } from '../../ui/choice.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { AdminPage, More } from '../parts.tsx'

export function useStateAsked<State extends string>(states: readonly State[]) {
  const [params, setParams] = useSearchParams()
  const asked = params.get('state')
  const state = states.find((each) => each === asked) ?? states[0]!
  return [
    state,
    (next: State) => setParams(next === states[0] ? {} : { state: next }, { replace: true }),
  ] as const
}

type Texts<State extends string> = {
  readonly title: string
  readonly notShown: string
  readonly which: string
  readonly none: string
  readonly noneMore: string
  readonly more: string
  readonly states: Readonly<Record<State, string>>
}

type Listed<Item> = {
  readonly data: { readonly pages: readonly { readonly items: readonly Item[] }[] } | undefined
  readonly error: unknown
  readonly isPending: boolean
  refetch(): unknown
} & Parameters<typeof More>[0]['of']

export function CaseList<Item, State extends string>({
  texts,
  states,
  state,
  choose,
  list,
  aside,
  children,
}: {
  texts: Texts<State>
  states: readonly State[]
  state: State
  choose: (state: State) => void
  list: Listed<Item>
  aside: ReactNode
  children: (item: Item) => ReactNode
}) {
  const { data, error, isPending, refetch } = list
  const items = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <AdminPage>
      <PageTitle title={texts.title} aside={aside}>
        {texts.title}
      </PageTitle>
      <Choice
        name="state"
        legend={texts.which}
        className="justify-self-start"
        options={states.map((value) => ({ value, label: texts.states[value] }))}
        chosen={state}
        choose={choose}
      />
      {error != null && !data && <ProblemNotice error={error} title={texts.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={texts.title} />
          <Skeleton className="h-48 rounded-xl" />
        </>
      )}
      {data && items.length === 0 && (
        <EmptyState title={texts.none} icon="back">
          {texts.noneMore}
        </EmptyState>
      )}
      {items.length > 0 && (
        <ul aria-label={texts.title} className="grid grid-cols-[minmax(0,1fr)] gap-3">
          {items.map(children)}
        </ul>
      )}
      <More of={list}>{texts.more}</More>
    </AdminPage>
  )
}
