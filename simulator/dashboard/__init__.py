"""What if: every setting under the hand, the answer beside it. Decides nothing and computes nothing of its own.

`controls` says what can be set and how far a slider reaches, from the settings' own metadata, `catalogue` tells it to the browser;
`display` writes and reads values as people do; `state` keeps what was changed; `overlay` writes it as a scenario file and reads one
back; `ideas` are what-ifs by name and the link; `worker` plays the last settings asked for; `answer` (of `views`, `pictures` on
`chart`, `table`, `tying`), `together`, `gains` and `finder` make what is shown; `keeping` writes files; `page` is the model that hears
gestures and tells what is to be shown; `front/` is its browser side, joined by `notebook` (JupyterLab) or `server` (alone).
"""
