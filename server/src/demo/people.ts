/** Who is in the demo. Addresses end in .example, which nobody can own (RFC 2606). */

export interface DemoMentor {
  name: string
  bio: string
  skills: string[]
}

export const demoMentor: DemoMentor = {
  name: 'Meera Krishnan',
  bio: 'Chartered accountant for 14 years, half of them inside young companies. I teach people who never wanted to read a spreadsheet to enjoy one.',
  skills: ['Finance', 'Accounting', 'Excel'],
}

export const mentors: DemoMentor[] = [
  {
    name: 'Arjun Nair',
    bio: 'Backend engineer at a payments company in Bengaluru. I like small programs and clear errors.',
    skills: ['Python', 'SQL', 'Testing'],
  },
  {
    name: 'Farah Siddiqui',
    bio: 'Product designer. I have redrawn the same checkout seven times and learned something each time.',
    skills: ['Design', 'Figma', 'Research'],
  },
  {
    name: 'Daniel Thomas',
    bio: 'Sound engineer and guitar teacher from Kochi. Beginners welcome, sore fingers guaranteed.',
    skills: ['Guitar', 'Music', 'Recording'],
  },
  {
    name: 'Ishita Banerjee',
    bio: 'Statistician turned data journalist. I look for the number that changes the story.',
    skills: ['Statistics', 'Data', 'R'],
  },
  {
    name: 'Rohan Deshpande',
    bio: 'Web developer for twelve years; accessibility is the part of my work that I am proud of.',
    skills: ['JavaScript', 'CSS', 'Accessibility'],
  },
  {
    name: 'Grace Fernandes',
    bio: 'Speech coach. I help engineers, teachers and founders say one thing well.',
    skills: ['Speaking', 'English', 'Interviews'],
  },
  {
    name: 'Vikram Rathore',
    bio: 'Former fund manager. I explain markets without a single hot tip.',
    skills: ['Investing', 'Finance', 'Economics'],
  },
  {
    name: 'Ananya Iyer',
    bio: 'Science teacher in Chennai. Kitchen experiments are experiments too.',
    skills: ['Physics', 'Chemistry', 'Teaching'],
  },
  {
    name: 'Kabir Malhotra',
    bio: 'Photographer, mostly streets and weddings. You need less gear than you think.',
    skills: ['Photography', 'Editing', 'Light'],
  },
  {
    name: 'Sunita Reddy',
    bio: 'Yoga and breathing teacher, trained in Mysuru, ten years with people who sit too much.',
    skills: ['Yoga', 'Health', 'Breathing'],
  },
]

export const admin = 'Nandini Prasad'

/** The three whose passwords are printed. */
export const demoLearners = ['Aditi Sharma', 'Joseph Mathew', 'Zoya Khan']

/** The others who fill the seats. */
export const learners = [
  'Aarav Gupta',
  'Bhavna Patel',
  'Chandan Das',
  'Deepa Menon',
  'Emily D’Souza',
  'Faisal Ansari',
  'Gauri Joshi',
  'Harish Rao',
  'Indu Pillai',
  'Jaspreet Kaur',
  'Kunal Mehta',
  'Lakshmi Venkatesh',
  'Manoj Yadav',
  'Neha Kulkarni',
  'Omkar Shinde',
  'Priya Chatterjee',
  'Rahul Verma',
  'Sneha Hegde',
  'Tanvi Shah',
  'Umar Sheikh',
]

/** One of them would like to teach. */
export const applicant = {
  name: 'Neha Kulkarni',
  about:
    'I have taught Marathi to adults for six years, in a small room above a bakery in Pune. I would start with an hour a week for people whose grandparents speak it and who do not.',
}

/** What learners say after a class, with the stars they give. */
export const opinions: [rating: number, comment: string][] = [
  [5, 'Clear from the first minute. I used it at work the next day.'],
  [4, 'Good pace, and every question got an answer.'],
  [5, 'The best hour I have spent on this in a year.'],
  [4, 'A little fast towards the end, but the examples were real.'],
  [5, ''],
  [3, 'Useful. I would have liked more time to try it myself.'],
  [5, 'Patient and funny. Booked the next one already.'],
  [4, 'Came with one question, left with three better ones.'],
]
