import './shell/no-eval.ts'
import { mount } from 'svelte'
import './styles/base.css'
import App from './App.svelte'
import { keepBrowserClicks } from './shell/links.ts'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')

keepBrowserClicks()
mount(App, { target })
