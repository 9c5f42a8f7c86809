@echo off
rem Installs the program from the wheels beside this file, without a network, into an environment of your own.
chcp 65001 >nul
setlocal
set "PLACE=%LOCALAPPDATA%\retail-subsidy-budget"
set "SHORTCUTS=%LOCALAPPDATA%\Microsoft\WindowsApps"
set "PYTHON=python"
where py >nul 2>nul && set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>nul
if errorlevel 1 (
  echo 需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed
  pause
  exit /b 1
)
echo 正在安装到 / installing into %PLACE%
%PYTHON% -m venv "%PLACE%" || goto failed
"%PLACE%\Scripts\python.exe" -m pip install --disable-pip-version-check --quiet --no-index --find-links "%~dp0." retail-subsidy-budget || goto failed
if not exist "%SHORTCUTS%" mkdir "%SHORTCUTS%"
> "%SHORTCUTS%\simulator.cmd" echo @"%PLACE%\Scripts\simulator.exe" %%*
"%PLACE%\Scripts\simulator.exe" --version || goto failed
echo 完成。在新的命令行窗口输入 / done; in a new window type: simulator report baseline
pause
exit /b 0
:failed
echo 安装没有完成 / the installation is not complete
pause
exit /b 1
