"""What if: every setting under the hand, the answer beside it. Decides nothing and computes nothing of its own.

`controls` says what can be set and how far a slider reaches, from the settings' own metadata; `state` keeps what was
changed; `overlay` writes it as a scenario file and reads one back; `worker` plays the last settings asked for; `views`,
`pictures` (on `chart`) and `finder` show the answer; `panel` and `page` are the widgets; `server` is the page without JupyterLab.
"""
