// @vitest-environment jsdom
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { beforeEach, expect, it, vi } from 'vitest'
import { PlanList } from '../../state/plan'
import { useChosen } from './chosen'

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
})

it('chooses a row until others are shown: of one state, or of something else', async () => {
  const list = new PlanList<string>(async ({ plan }) => ({ total: 2, rows: [`${plan} 0`, `${plan} 1`] }))
  list.use('plan')
  const stop = list.show()
  await act(async () => {})
  let chosen!: ReturnType<typeof useChosen<string>>
  function Page({ of }: { of: string }) {
    chosen = useChosen(list, of)
    return null
  }
  const root = createRoot(document.body)
  const show = (of: string) => act(() => root.render(<Page of={of} />))
  show('one')
  expect(chosen.row).toBeUndefined()
  act(() => chosen.inGrid.onActive(1, 'walk'))
  expect([chosen.inGrid.active, chosen.row]).toEqual([1, 'plan 1'])
  show('one')
  expect(chosen.inGrid.active).toBe(1)
  show('two')
  expect(chosen.inGrid.active).toBeNull()
  act(() => chosen.inGrid.onActive(0, 'click'))
  await act(async () => chosen.narrow('change'))
  expect([chosen.inGrid.active, list.view.get().asked.state]).toEqual([null, 'change'])
  act(() => chosen.inGrid.onActive(0, 'click'))
  act(() => chosen.inStrip.onClose())
  expect(chosen.inGrid.active).toBeNull()
  act(() => root.unmount())
  stop()
})
