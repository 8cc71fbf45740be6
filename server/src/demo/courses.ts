/** What is taught in the demo: for each mentor, by name, a few sessions that come again over the weeks. */

export interface DemoCourse {
  title: string
  description: string
  skills: string[]
  minutes: number
  capacity: number
  /** Paise; 0 is free. */
  price: number
}

const course = (
  title: string,
  description: string,
  skills: string[],
  [minutes, capacity, price]: [number, number, number],
): DemoCourse => ({ title, description, skills, minutes, capacity, price })

/** For everybody at once: held on a stage. */
export const lecture = course(
  'What the Union Budget means for your household',
  'Tax, prices, savings and loans: what changes for you, with the numbers. Raise your hand and come on stage with your question.',
  ['Finance', 'Economics'],
  [90, 150, 0],
)

/** Over by now: what it brought, and what was said of it, can be seen. */
export const taxReturn = course(
  'Your first tax return, step by step',
  'We fill in a return together, box by box, for somebody with a salary, some interest and one surprise. Bring your Form 16 if you have it.',
  ['Finance', 'Taxes'],
  [60, 10, 49_900],
)

/** Every week. */
export const weekly = course(
  'Money habits: an hour a week',
  'Four evenings, one habit each: know what comes in, see what goes out, keep three months aside, and let the rest work. Each stands on its own.',
  ['Finance'],
  [60, 12, 39_900],
)

/** So small that it is full. */
export const circle = course(
  'A small circle: bring your own numbers',
  'Four people, one table. Everybody brings one page of their own accounts, and we read it together. What is said here stays here.',
  ['Finance', 'Accounting'],
  [75, 4, 0],
)

export const courses: Record<string, DemoCourse[]> = {
  'Meera Krishnan': [
    course(
      'Learn to read a balance sheet',
      'We take the balance sheet of a company you know and read it line by line: what it owns, what it owes, and what the difference tells you. Bring a calculator and one question.',
      ['Finance', 'Accounting'],
      [60, 12, 49_900],
    ),
    course(
      'Plan the money of a small company',
      'Cash in, cash out, and the month in which it gets tight. We build a twelve-month plan in a spreadsheet, from an empty page.',
      ['Finance', 'Excel'],
      [90, 10, 79_900],
    ),
  ],
  'Arjun Nair': [
    course(
      'Write your first Python program',
      'No experience needed. In an hour you write a program that sorts your expenses, and you understand every line of it.',
      ['Python'],
      [60, 20, 0],
    ),
    course(
      'Make a slow SQL query fast',
      'We read query plans together, find what the database really does, and fix five slow queries from real systems.',
      ['SQL', 'Databases'],
      [90, 12, 69_900],
    ),
    course(
      'Test what matters',
      'Which tests earn their keep, and which ones only break. Examples in Python, ideas for any language.',
      ['Testing', 'Python'],
      [75, 15, 39_900],
    ),
  ],
  'Farah Siddiqui': [
    course(
      'Draw a form that people finish',
      'Labels, order, errors, and the one question you can leave out. We redraw a real form together.',
      ['Design', 'Research'],
      [60, 12, 44_900],
    ),
    course(
      'Start with Figma',
      'Frames, components and auto layout: enough to draw your first app screen by the end.',
      ['Figma', 'Design'],
      [90, 16, 0],
    ),
  ],
  'Daniel Thomas': [
    course(
      'Play your first four chords',
      'Four chords, two hundred songs. Tune your guitar before we start; a cheap one is fine.',
      ['Guitar', 'Music'],
      [45, 8, 29_900],
    ),
    course(
      'Record your voice at home',
      'One microphone, one blanket, and where to put both. We listen to each other’s recordings.',
      ['Recording', 'Music'],
      [60, 10, 39_900],
    ),
  ],
  'Ishita Banerjee': [
    course(
      'See through a statistic in the news',
      'Averages, base rates, and the missing comparison. We take apart five headlines of the week.',
      ['Statistics', 'Data'],
      [60, 25, 0],
    ),
    course(
      'Draw an honest chart',
      'From a table to a picture that says what the numbers say, no more and no less.',
      ['Data', 'R'],
      [75, 14, 49_900],
    ),
  ],
  'Rohan Deshpande': [
    course(
      'Lay out any page with CSS grid',
      'One idea, many pages. We rebuild three layouts that used to need a framework.',
      ['CSS', 'JavaScript'],
      [90, 18, 54_900],
    ),
    course(
      'Make your site work with a keyboard',
      'Put the mouse away for an hour: focus, names and order, found and fixed on a live site.',
      ['Accessibility', 'CSS'],
      [60, 20, 0],
    ),
  ],
  'Grace Fernandes': [
    course(
      'Speak for three minutes without notes',
      'Everybody speaks, everybody gets one thing to keep and one to change. Small group.',
      ['Speaking', 'English'],
      [60, 6, 59_900],
    ),
    course(
      'Answer hard interview questions',
      'Gaps, failures, salary. We practise aloud until the answers are yours.',
      ['Interviews', 'English'],
      [75, 8, 64_900],
    ),
  ],
  'Vikram Rathore': [
    course(
      'Understand an index fund',
      'What you buy, what it costs, and why boring wins. No advice on single shares.',
      ['Investing', 'Finance'],
      [60, 30, 0],
    ),
    course(
      'Read the economy like a map',
      'Inflation, rates, the rupee: how they move each other, with the numbers of this month.',
      ['Economics', 'Finance'],
      [75, 20, 34_900],
    ),
  ],
  'Ananya Iyer': [
    course(
      'Explain electricity with what you have at home',
      'Batteries, foil and a torch. For parents, teachers and curious people of any age.',
      ['Physics', 'Teaching'],
      [45, 16, 19_900],
    ),
    course(
      'Balance chemical equations without fear',
      'A method that always works, and practice until it is dull.',
      ['Chemistry'],
      [60, 24, 14_900],
    ),
  ],
  'Kabir Malhotra': [
    course(
      'Find the light with your phone',
      'Windows, shade and evening sun. Bring a phone and somebody patient.',
      ['Photography', 'Light'],
      [60, 12, 34_900],
    ),
    course(
      'Edit ten photos in one hour',
      'Choose, straighten, light, colour, stop. A routine that you can keep.',
      ['Editing', 'Photography'],
      [60, 10, 39_900],
    ),
  ],
  'Sunita Reddy': [
    course(
      'Undo a day at the desk',
      'Neck, back and hips, on a chair and on a mat. Cameras may stay off.',
      ['Yoga', 'Health'],
      [45, 40, 0],
    ),
    course(
      'Breathe before you sleep',
      'Three exercises of five minutes, and when to use which.',
      ['Breathing', 'Health'],
      [30, 30, 9_900],
    ),
  ],
}
